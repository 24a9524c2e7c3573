//! Whether the server has the web app: the page, and everything the page needs to run.

use reqwest::Method;

use super::{
    CliError,
    site::{Site, send},
};

/// What is there, or what is missing.
///
/// A page without scripts is no web app: a program that was built without one has such a page.
pub(crate) async fn look(site: &Site) -> Result<Result<String, String>, CliError> {
    let page = send(site.request(Method::GET, "/")).await?;
    if page.status != 200 {
        return Ok(Err(format!("/ is answered {}", page.status)));
    }
    if !page.kind().starts_with("text/html") {
        return Ok(Err(format!("/ is no page but {}", page.kind())));
    }
    let (scripts, styles) = parts(&page.text);
    if scripts.is_empty() {
        return Ok(Err("the page has no scripts: this program was built without the web app".to_owned()));
    }
    let all = scripts.iter().map(|path| (path, "javascript")).chain(styles.iter().map(|path| (path, "text/css")));
    for (path, kind) in all {
        let answer = send(site.request(Method::GET, path)).await?;
        if answer.status != 200 || !answer.kind().contains(kind) {
            return Ok(Err(format!("{path} is answered {} with {}", answer.status, answer.kind())));
        }
    }
    Ok(Ok(format!("the page, scripts: {}, styles: {}", scripts.len(), styles.len())))
}

/// The addresses of the scripts and of the stylesheets that a page names.
fn parts(page: &str) -> (Vec<&str>, Vec<&str>) {
    let tags = |name: &'static str| page.split(name).skip(1).filter_map(|rest| rest.split('>').next());
    let scripts = tags("<script").filter_map(|tag| attribute(tag, "src")).collect();
    let styles = tags("<link").filter(|tag| attribute(tag, "rel") == Some("stylesheet"));
    (scripts, styles.filter_map(|tag| attribute(tag, "href")).collect())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next()
}
