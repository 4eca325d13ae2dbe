//! The elements for other pages: their script, and the app's styles as they are in the root of an element.

use anyhow::{Result, ensure};

/// The script with the names of what it loads.
///
/// # Errors
/// Where the script names one of them no more.
pub fn script(source: &str, names: [(&str, &str); 3]) -> Result<String> {
    let mut script = source.to_string();
    for (mark, name) in names {
        let quoted = [format!("\"{mark}\""), format!("'{mark}'")];
        let is_there = quoted.iter().any(|quoted| script.contains(quoted));
        ensure!(is_there, "public/element.js does not name {mark}");
        for quoted in quoted {
            script = script.replace(&quoted, &format!("\"./{name}\""));
        }
    }
    Ok(script)
}

/// The styles in the root of an element. Its host has the tokens, which the page around may set, `--ep-accent` for
/// `--accent`; its `.app` is what the body is on a page; and its size is that of the host, not of the window.
pub fn style(page: &str) -> String {
    let (tokens, rest) = page
        .split_once(":root{")
        .and_then(|(before, after)| {
            let (tokens, rest) = after.split_once('}')?;
            Some((host(tokens), format!("{before}{rest}")))
        })
        .unwrap_or_default();
    let rest = rest.replace(":root", ".app").replace("html,body", ".app").replace("html:has(", ".app:has(");
    let rest = at_start(&rest, "body{", ".app{");
    let rest = queries(&rest);
    // What is high as a part of the window is high as a part of the host.
    let rest = units(&rest);
    format!(
        ":host{{display:block;height:640px;contain:layout;container-type:size;{tokens}}}:host([hidden]){{display:none}}.app{{overflow:auto;position:relative}}{rest}"
    )
}

/// The tokens of a page as defaults of those that the page around an element may set.
fn host(tokens: &str) -> String {
    let own = |token: &str| match token.strip_prefix("--").and_then(|token| token.split_once(':')) {
        Some((name, value)) => format!("--{name}:var(--ep-{name},{value})"),
        // How light and dark are told apart is up to the page around.
        None => String::new(),
    };
    let all: Vec<_> = tokens.split(';').map(own).filter(|token| !token.is_empty()).collect();
    units(&all.join(";"))
}

/// Puts something in the place of a selector, where one begins.
fn at_start(style: &str, selector: &str, with: &str) -> String {
    style
        .replace(&format!("}}{selector}"), &format!("}}{with}"))
        .replace(&format!("{{{selector}"), &format!("{{{with}"))
}

/// Asks for the size of the host in place of that of the window.
fn queries(style: &str) -> String {
    let mut written = String::new();
    let mut rest = style;
    while let Some((before, after)) = rest.split_once("@media") {
        let Some((query, after)) = after.split_once('{') else { break };
        let is_size = query.contains("width") || query.contains("height");
        written.push_str(before);
        written.push_str(if is_size { "@container" } else { "@media" });
        written.push_str(query);
        written.push('{');
        rest = after;
    }
    written.push_str(rest);
    written
}

/// Lengths by the window's height become lengths by the host's; those by its largest or smallest one stay: what is in the
/// top layer has the whole window.
fn units(style: &str) -> String {
    let mut written = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, after)) = rest.split_once("vh") {
        let is_length = before.ends_with(|last: char| last.is_ascii_digit());
        let is_word = after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-');
        written.push_str(before);
        written.push_str(if is_length && !is_word { "cqh" } else { "vh" });
        rest = after;
    }
    written.push_str(rest);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_those_of_a_host() {
        let page = ":root{color-scheme:light dark;--a:light-dark(#fff,#000);--p:32vh}:root[data-theme=dark]{color-scheme:dark}\
                    *{x:y}html,body{height:100%}body{color:var(--a)}@media (max-width:820px){:root{--p:1px}.e{height:58vh}}\
                    @media print{html,body,.e{height:auto}}.d{max-height:calc(100dvh - 64px)}html:has(.compact){y:z}";
        assert_eq!(
            style(page),
            ":host{display:block;height:640px;contain:layout;container-type:size;\
             --a:var(--ep-a,light-dark(#fff,#000));--p:var(--ep-p,32cqh)}:host([hidden]){display:none}\
             .app{overflow:auto;position:relative}.app[data-theme=dark]{color-scheme:dark}\
             *{x:y}.app{height:100%}.app{color:var(--a)}@container (max-width:820px){.app{--p:1px}.e{height:58cqh}}\
             @media print{.app,.e{height:auto}}.d{max-height:calc(100dvh - 64px)}.app:has(.compact){y:z}"
        );
    }

    #[test]
    fn the_script_names_what_it_loads() {
        let names = [("PROGRAM", "builder-1.js"), ("FIRST", "builder-2.wasm"), ("STYLE", "element-3.css")];
        let made = script("import(f('PROGRAM'));f(\"FIRST\");f('STYLE')", names).unwrap();
        assert_eq!(made, "import(f(\"./builder-1.js\"));f(\"./builder-2.wasm\");f(\"./element-3.css\")");
        assert!(script("import(f('PROGRAM'))", names).is_err());
    }
}
