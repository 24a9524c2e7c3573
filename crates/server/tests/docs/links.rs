//! Links lead somewhere, indexes are complete, and blocks of data can be read.

use std::{collections::BTreeSet, fs};

use crate::{
    none,
    page::{Page, pages},
    root,
};

/// A relative link from a page as a path from the root.
fn resolved(page: &Page, link: &str) -> String {
    let mut parts: Vec<&str> = page.path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn wrong(page: &Page, link: &str, all: &[Page]) -> Option<String> {
    if link.starts_with("http://") || link.starts_with("https://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { page.path.clone() } else { resolved(page, path) };
    if !root().join(&target).exists() {
        return Some(format!("{link} leads nowhere"));
    }
    let anchor = anchor?;
    let there =
        all.iter().find(|page| page.path == target).is_some_and(|page| page.anchors.iter().any(|a| a == anchor));
    (!there).then(|| format!("{link}: no such heading"))
}

#[test]
fn every_link_leads_somewhere() {
    let all = pages();
    let each = all.iter().flat_map(|page| page.links.iter().map(move |link| (page, link)));
    let faults: Vec<String> =
        each.filter_map(|(page, link)| Some(page.at(link, &wrong(page, &link.text, &all)?))).collect();
    none(&faults);
}

/// The pages that lead from one to the other: who begins at the front door finds every page.
#[test]
fn every_page_can_be_found() {
    let all = pages();
    let mut found = BTreeSet::from(["README.md".to_owned()]);
    let mut next = vec!["README.md".to_owned()];
    while let Some(path) = next.pop() {
        let Some(page) = all.iter().find(|page| page.path == path) else { continue };
        for link in &page.links {
            let target = resolved(page, link.text.split('#').next().unwrap_or_default());
            if found.insert(target.clone()) {
                next.push(target);
            }
        }
    }
    let lost = all.iter().filter(|page| page.path.starts_with("docs/") && !found.contains(&page.path));
    none(&lost.map(|page| format!("{}: nothing leads here", page.path)).collect::<Vec<_>>());
}

#[test]
fn every_picture_is_shown() {
    let all = pages();
    let linked: BTreeSet<String> =
        all.iter().flat_map(|page| page.links.iter().map(|link| resolved(page, &link.text))).collect();
    let kept = fs::read_dir(root().join("docs/images")).unwrap();
    let kept = kept.map(|entry| format!("docs/images/{}", entry.unwrap().file_name().to_str().unwrap()));
    none(&kept.filter(|path| !linked.contains(path)).map(|path| format!("{path}: shown nowhere")).collect::<Vec<_>>());
}

/// JSON: of a whole block, or of each line that stands for itself.
fn json(text: &str) -> bool {
    let whole = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    whole(text) || text.lines().filter(|line| !line.trim().is_empty()).all(whole)
}

#[test]
fn blocks_of_data_can_be_read() {
    let mut faults = vec![];
    for page in pages() {
        for block in &page.blocks {
            let text: String = block.lines.iter().map(|piece| format!("{}\n", piece.text)).collect();
            let sound = match block.language.as_str() {
                "json" => json(&text),
                "toml" => toml::from_str::<toml::Value>(&text).is_ok(),
                _ => true,
            };
            if !sound {
                faults.push(page.at(&block.lines[0], &format!("this is no {}", block.language)));
            }
        }
    }
    none(&faults);
}
