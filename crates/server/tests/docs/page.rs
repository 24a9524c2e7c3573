//! A page of Markdown, as far as its promises need it: headings, links, code.

use std::{fs, path::Path};

use crate::root;

/// Something on a line of a page.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A block between fences.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) lines: Vec<Piece>,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// From the root of the repository.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) anchors: Vec<String>,
    /// What links and pictures lead to.
    pub(crate) links: Vec<Piece>,
    pub(crate) blocks: Vec<Block>,
    /// What stands between backquotes.
    pub(crate) code: Vec<Piece>,
}

impl Page {
    pub(crate) fn of(path: &str, text: String) -> Self {
        let mut page =
            Self { path: path.to_owned(), text, anchors: vec![], links: vec![], blocks: vec![], code: vec![] };
        let text = page.text.clone();
        let mut open: Option<Block> = None;
        for (at, line) in text.lines().enumerate() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                match open.take() {
                    Some(block) => page.blocks.push(block),
                    None => open = Some(Block { language: language.trim().to_owned(), lines: vec![] }),
                }
            } else if let Some(block) = &mut open {
                block.lines.push(Piece { line: at + 1, text: line.to_owned() });
            } else {
                page.prose(at + 1, line);
            }
        }
        assert!(open.is_none(), "{path}: a fence is not closed");
        page
    }

    fn prose(&mut self, line: usize, text: &str) {
        if text.starts_with('#') {
            let anchor = anchor(text.trim_start_matches('#').trim());
            let again = self.anchors.iter().filter(|known| **known == anchor).count();
            self.anchors.push(if again == 0 { anchor } else { format!("{anchor}-{again}") });
        }
        let mut rest = text;
        let mut without_code = String::new();
        while let Some((before, after)) = rest.split_once('`') {
            without_code.push_str(before);
            let Some((code, behind)) = after.split_once('`') else { break };
            self.code.push(Piece { line, text: code.replace("\\|", "|") });
            without_code.push('x');
            rest = behind;
        }
        without_code.push_str(rest);
        for part in without_code.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            self.links.push(Piece { line, text: target.to_owned() });
        }
    }

    /// Where a fault is.
    pub(crate) fn at(&self, piece: &Piece, what: &str) -> String {
        format!("{}:{}: {what}", self.path, piece.line)
    }
}

/// What GitHub makes of a heading: lower case, words joined by dashes, marks left out.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Every page of the repository that is written for people.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = vec![];
    for folder in ["", "docs", "crates/lang/corpus", "deploy", "tests", "web"] {
        gather(&root().join(folder), folder.is_empty(), &mut paths);
    }
    paths.sort();
    let pages: Vec<Page> =
        paths.iter().map(|path| Page::of(path, fs::read_to_string(root().join(path)).unwrap())).collect();
    assert!(pages.len() > 30, "pages are missing: {paths:?}");
    pages
}

fn gather(folder: &Path, flat: bool, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !flat && !["node_modules", "dist", ".venv"].contains(&name) {
            gather(&path, false, paths);
        } else if name.ends_with(".md") {
            paths.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
        }
    }
}
