//! What is kept of a drill: its output in a document, and in each runbook what was seen.

use std::path::Path;

use crate::trouble::{Tried, other};

/// Puts text between the markers of that name in a document.
pub(crate) fn write(document: &Path, name: &str, text: &str) -> Tried<()> {
    let whole = std::fs::read_to_string(document)?;
    let Some(new) = between(&whole, name, text) else {
        return other(format!("{} has no place for {name}", document.display()));
    };
    std::fs::write(document, new)?;
    Ok(())
}

/// The document with other text between the markers; nothing when it has none.
fn between(whole: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = whole.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}\n{end}{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::between;
    use crate::acts::faults;

    fn kept(document: &str, name: &str) -> String {
        let document = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(document);
        let text = std::fs::read_to_string(document).unwrap();
        let (_, rest) = text.split_once(&format!("<!-- {name}: begin -->\n")).unwrap();
        rest.split_once(&format!("<!-- {name}: end -->")).unwrap().0.to_owned()
    }

    #[test]
    fn the_drill_that_is_kept_went_well() {
        let output = kept("OPERATIONS.md", "drill");
        assert!(output.contains(", 0 broken, in ") && output.trim_end().ends_with("PASSED\n```"), "{output}");
        let date = output.lines().nth(1).unwrap_or_default();
        assert!(date.starts_with("20") && date.ends_with(" (UTC)"), "{date}");
        for (alert, book) in faults::alerts() {
            let notes = kept(&format!("runbooks/{book}.md"), "drilled");
            assert!(notes.contains(&format!("`{alert}` fired after")), "{book}: nothing about {alert}");
        }
    }

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let whole = "a\n<!-- drill: begin -->\nold\n<!-- drill: end -->\nb\n";
        let new = "a\n<!-- drill: begin -->\nnew\n<!-- drill: end -->\nb\n";
        assert_eq!(between(whole, "drill", "new\n").as_deref(), Some(new));
        assert_eq!(between("a\n", "drill", "new"), None);
    }
}
