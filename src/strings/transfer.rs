//! The words about documents that come in and go out, and about what is done with paths in their list.

pub const IMPORT: &str = "Import";
pub const IMPORT_HINT: &str = "A path as JSON: as it is sent or returned by the API, or a bundle. Files can also be dropped \
                               on the page.";
pub const FILE: &str = "File";
pub const OR_PASTE: &str = "Or paste its text";
pub const CANCEL: &str = "Cancel";
pub const EXPORTED_WITHOUT: &str = "The file is with your downloads, without expectations or scenarios: they could not be \
                                    read from the server.";
pub const NOT_IMPORTED: &str = "The path is as it was before the import. Redo brings back what came since.";
pub const TOO_LATE: &str = "The path from before the import is no longer in the history: nothing was undone.";
pub const AS_JSON: &str = "Export as JSON";
pub const AS_BUNDLE: &str = "Export as a bundle";
pub const AS_SVG: &str = "Export as SVG";
pub const AS_PNG: &str = "Export as PNG";
pub const PRINT: &str = "Print";
pub const EXPORTED: &str = "The file is with your downloads.";
pub const MAY_BE_KEPT_BACK: &str = "If no file arrives, open this page in its own tab.";
pub const KEPT_BACK: &str = "This frame allows no downloads. Open the page in its own tab.";
pub const NOT_PRINTED: &str = "This frame allows no printing. Open the page in its own tab.";
pub const NO_PICTURE: &str = "This browser cannot draw the picture. Export it as SVG.";

pub fn imported_several(count: usize) -> String {
    format!("{count} paths were imported. They are not saved yet: open each, look at it and save it.")
}

/// What came of an import: with so many expectations and scenarios, which are kept at once.
pub fn imported(expectations: usize, scenarios: usize) -> String {
    const IMPORTED: &str = "What was imported is in the place of the path. It is not saved yet.";
    let count = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        count => Some(format!("{count} {word}s")),
    };
    let came: Vec<_> =
        [count(expectations, "expectation"), count(scenarios, "scenario")].into_iter().flatten().collect();
    if came.is_empty() { IMPORTED.to_string() } else { format!("{IMPORTED} With it came {}.", came.join(" and ")) }
}

pub fn too_large(file: &str) -> String {
    format!("{file} is too large: a path has some kilobytes.")
}

pub fn unreadable(file: &str) -> String {
    format!("{file} cannot be read.")
}

pub const DELETE_AWAY: &str = "The server cannot be reached: nothing was deleted. Try again when it is back.";
pub const DELETE_BUSY: &str = "The server has too much to do: nothing was deleted. Try again soon.";

pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

pub fn deleted(name: &str) -> String {
    format!("{name} was deleted.")
}

pub fn type_name(name: &str) -> String {
    format!("Type its name to delete it for everybody: {name}")
}

pub fn handed_over_by(names: &[String]) -> String {
    format!("Other paths hand over to it: {}.", names.join(", "))
}

pub fn duplicate(name: &str) -> String {
    format!("Duplicate {name}")
}

pub fn copy_of(name: &str) -> String {
    format!("{name}, copy")
}

pub const FROM_TEMPLATE: &str = "From a template";
pub const TEMPLATE: &str = "Template";
pub const TEMPLATE_HINT: &str =
    "The path has steps of its own then, and does not follow later changes of the template.";
pub const NO_TEMPLATES: &str = "There are no templates yet.";
pub const MAKE: &str = "Make the path";

pub fn optional(label: &str) -> String {
    format!("{label} (may be left out)")
}
