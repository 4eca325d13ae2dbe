//! The page and what lies beside it, from `index.html` as it is in the project. Its links with `data-trunk` say what
//! belongs to the page: Trunk reads the same ones for work on the interface.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{element, files, program};
use crate::setup::Tools;
use crate::shell;

/// Builds the app into a folder of its own, which is returned.
pub fn build(tools: &Tools) -> Result<PathBuf> {
    let folder = files::emptied(program::workshop().join("dist"))?;
    let source = fs::read_to_string(shell::root().join("index.html")).context("cannot read index.html")?;
    let page = without_comments(&source);
    let links = links(&page)?;
    let sheets: Vec<_> = links.iter().filter(|link| link.rel == "css").map(|link| link.href.as_str()).collect();
    let all = bundled(tools, &sheets)?;
    let mut style = Some(files::put(&folder, "style", &all, "css")?);
    let mut written = String::new();
    let mut rest = page.as_str();
    for link in &links {
        let Some((before, after)) = rest.split_once(link.tag.as_str()) else {
            bail!("index.html is not read in order")
        };
        written.push_str(before);
        let href = shell::root().join(&link.href);
        let tag = match link.rel.as_str() {
            "inline" => {
                let script = files::minified(tools, &href, &program::workshop().join("inline.js"))?;
                // What ends the element inside of it would end the script.
                format!("<script>{}</script>", String::from_utf8(script)?.trim_end().replace("</script", "<\\/script"))
            }
            "icon" => {
                let name = files::put(&folder, "favicon", &fs::read(&href)?, "svg")?;
                format!("<link rel=\"icon\" href=\"./{name}\">")
            }
            // One for all, where the first was.
            "css" => match style.take() {
                Some(name) => format!("<link rel=\"stylesheet\" href=\"./{name}\">"),
                None => String::new(),
            },
            "copy-file" => {
                let name = href.file_name().context("index.html copies something without a name")?;
                files::minified(tools, &href, &folder.join(name))?;
                String::new()
            }
            "copy-dir" => {
                copy(&href, &folder.join(href.file_name().context("index.html copies something without a name")?))?;
                String::new()
            }
            "rust" => {
                let program = program::build(tools, &folder)?;
                elements(tools, &folder, &program, &all)?;
                begin(&program)
            }
            other => bail!("index.html has a link that only Trunk knows: {other}"),
        };
        written.push_str(&tag);
        rest = after;
    }
    written.push_str(rest);
    let lines: Vec<_> = written.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    fs::write(folder.join("index.html"), lines.join("\n"))?;
    Ok(folder)
}

/// Loads the script and the first part at once, one beside the other, and begins.
fn begin(program: &program::Program) -> String {
    let program::Program { script, first } = program;
    format!(
        "<link rel=\"modulepreload\" crossorigin href=\"./{script}\">\n\
         <link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"./{first}\">\n\
         <script type=\"module\">import init from './{script}';await init({{module_or_path:'./{first}'}});</script>"
    )
}

/// The script that makes elements of the app in other pages. It has one name for all versions, so that pages can name it.
fn elements(tools: &Tools, folder: &Path, program: &program::Program, style: &[u8]) -> Result<()> {
    let style = element::style(&String::from_utf8(style.to_vec())?);
    let style = files::put(folder, "element", style.as_bytes(), "css")?;
    let out = program::workshop().join("element.js");
    let script = files::minified(tools, &shell::root().join("public/element.js"), &out)?;
    let names = [("PROGRAM", program.script.as_str()), ("FIRST", &program.first), ("STYLE", &style)];
    fs::write(folder.join("element.js"), element::script(&String::from_utf8(script)?, names)?)?;
    Ok(())
}

/// All style sheets as one, in their order.
fn bundled(tools: &Tools, sheets: &[&str]) -> Result<Vec<u8>> {
    let entry = program::workshop().join("style.css");
    let imports = sheets.iter().map(|sheet| format!("@import \"{}\";\n", shell::root().join(sheet).display()));
    fs::write(&entry, imports.collect::<String>())?;
    files::bundle(tools, &entry, &program::workshop().join("bundled.css"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let file = entry?.path();
        let place = to.join(file.file_name().unwrap_or_default());
        if file.is_dir() {
            copy(&file, &place)?;
        } else {
            fs::copy(&file, &place)?;
        }
    }
    Ok(())
}

/// A link that says what belongs to the page.
#[derive(Debug, PartialEq)]
struct Link {
    /// The whole element, as it is written.
    tag: String,
    /// What it is.
    rel: String,
    /// Where it is in the project; nothing for the program.
    href: String,
}

/// The links that say what belongs to the page, in their order.
fn links(page: &str) -> Result<Vec<Link>> {
    let mut links = Vec::new();
    for part in page.split("<link data-trunk").skip(1) {
        let (attributes, _) = part.split_once('>').context("a link of index.html has no end")?;
        let attribute = |name: &str| {
            let (_, value) = attributes.split_once(&format!(" {name}=\""))?;
            value.split_once('"').map(|(value, _)| value.to_string())
        };
        let rel = attribute("rel").context("a link of index.html does not say what it is")?;
        links.push(Link {
            tag: format!("<link data-trunk{attributes}>"),
            href: attribute("href").unwrap_or_default(),
            rel,
        });
    }
    Ok(links)
}

/// A page without what is only for those who read its source.
fn without_comments(page: &str) -> String {
    let mut written = String::new();
    let mut rest = page;
    while let Some((before, comment)) = rest.split_once("<!--") {
        written.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    written.push_str(rest);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go() {
        assert_eq!(without_comments("a<!-- b -->c<!--d\ne-->f"), "acf");
        assert_eq!(without_comments("<!doctype html>"), "<!doctype html>");
    }

    #[test]
    fn links_say_what_belongs_to_the_page() {
        let links = links("x<link data-trunk rel=\"css\" href=\"a.css\"><link data-trunk\n rel=\"rust\">").unwrap();
        let told: Vec<_> = links.iter().map(|link| (link.rel.as_str(), link.href.as_str())).collect();
        assert_eq!(told, [("css", "a.css"), ("rust", "")]);
        assert!(super::links("<link data-trunk href=\"a.css\">").is_err());
    }
}
