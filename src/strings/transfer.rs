//! The words about documents that come in and go out, and about what is done with paths in their list.

pub const IMPORT: &str = "Import";
pub const IMPORT_HINT: &str = "A path as JSON from the API, or a bundle. You can also drop files on the page.";
pub const FILE: &str = "File";
pub const OR_PASTE: &str = "Or paste its text";
pub const CANCEL: &str = "Cancel";
pub const EXPORTED_WITHOUT: &str = "Downloaded without expectations or scenarios: couldn’t load them from the server.";
pub const NOT_IMPORTED: &str = "Import undone. Redo restores it and later changes.";
pub const TOO_LATE: &str = "Nothing undone: the path before the import is no longer in the history.";
pub const AS_JSON: &str = "Export as JSON";
pub const AS_BUNDLE: &str = "Export as a bundle";
pub const AS_SVG: &str = "Export as SVG";
pub const AS_PNG: &str = "Export as PNG";
pub const PRINT: &str = "Print";
pub const EXPORTED: &str = "File downloaded.";
pub const MAY_BE_KEPT_BACK: &str = "If no file arrives, open this page in its own tab.";
pub const KEPT_BACK: &str = "This frame allows no downloads. Open the page in its own tab.";
pub const NOT_PRINTED: &str = "This frame allows no printing. Open the page in its own tab.";
pub const NO_PICTURE: &str = "This browser cannot draw the picture. Export it as SVG.";

pub fn imported_several(count: usize) -> String {
    format!("{count} paths imported, not saved yet: open, review and save each.")
}

/// What came of an import: with so many expectations and scenarios, which are kept at once.
pub fn imported(expectations: usize, scenarios: usize) -> String {
    const IMPORTED: &str = "The import replaced the path. It is not saved yet.";
    let count = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        count => Some(format!("{count} {word}s")),
    };
    let came: Vec<_> =
        [count(expectations, "expectation"), count(scenarios, "scenario")].into_iter().flatten().collect();
    if came.is_empty() { IMPORTED.to_string() } else { format!("{IMPORTED} It includes {}.", came.join(" and ")) }
}

pub fn too_large(file: &str) -> String {
    format!("{file} is too large (limit 16 MB).")
}

pub fn unreadable(file: &str) -> String {
    format!("Couldn’t read {file}.")
}

pub const DELETE_AWAY: &str = "Nothing was deleted: can’t reach the server. Try again later.";
pub const DELETE_BUSY: &str = "Nothing was deleted: the server is overloaded. Try again soon.";

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
pub const TEMPLATE_HINT: &str = "The path gets its own steps and doesn’t follow later template changes.";
pub const TEMPLATES_UNREAD: &str = "Templates could not be read. Some or all are missing.";
pub const NO_TEMPLATES: &str = "There are no templates yet.";
pub const MAKE: &str = "Create path";

pub fn optional(label: &str) -> String {
    format!("{label} (optional)")
}
