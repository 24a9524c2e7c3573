//! The files of the web app in the encodings browsers take: packed when the web app is built, not per request.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The endings of the packed forms, and how the encodings are named.
const FORMS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct WebApp;

static FILES: LazyLock<HashMap<String, File>> = LazyLock::new(|| {
    let packed = |path: &str| FORMS.iter().any(|(ending, _)| path.ends_with(ending));
    let plain = WebApp::iter().filter(|path| !packed(path));
    plain.filter_map(|path| Some((path.to_string(), File::new(&path, WebApp::get(&path)?)))).collect()
});

/// One file.
#[derive(Debug)]
pub(super) struct File {
    plain: Bytes,
    /// Smaller forms, the smallest first, with the names of their encodings.
    packed: Vec<(&'static str, Bytes)>,
    /// Weak: all forms mean the same.
    pub(super) tag: String,
}

/// The file of this name.
pub(super) fn file(path: &str) -> Option<&'static File> {
    FILES.get(path)
}

/// What is embedded, where it lies in the program.
fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

impl File {
    fn new(path: &str, file: EmbeddedFile) -> Self {
        let hash: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let form = |(ending, name)| Some((name, bytes(WebApp::get(&format!("{path}{ending}"))?)));
        let mut packed: Vec<_> = FORMS.into_iter().filter_map(form).collect();
        packed.sort_by_key(|(_, packed)| packed.len());
        Self { plain: bytes(file), packed, tag: format!("W/\"{hash}\"") }
    }

    /// The smallest form this client takes, and its encoding if it has one.
    pub(super) fn form(&self, request: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let found = self.packed.iter().find(|(name, _)| takes(request, name));
        found.map_or_else(|| (None, self.plain.clone()), |(name, packed)| (Some(*name), packed.clone()))
    }
}

/// Whether a client takes an encoding (RFC 9110 §12.5.3).
fn takes(request: &HeaderMap, encoding: &str) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    let mut any = false;
    for entry in values.flat_map(|value| value.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0));
        if name.eq_ignore_ascii_case(encoding) {
            return wanted;
        }
        any |= name == "*" && wanted;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_chosen_as_the_standard_says() {
        let takes = |accept: &str, encoding| {
            let accept = HeaderValue::from_str(accept).unwrap();
            takes(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept)]), encoding)
        };
        assert!(takes("gzip, deflate, br", "br") && takes("BR;q=0.1", "br") && takes("*", "gzip"));
        assert!(takes("*;q=0, br", "br") && takes("gzip ; q=1.0", "gzip"));
        assert!(!takes("gzip, br;q=0", "br") && !takes("*, br;q=0", "br") && !takes("", "br"));
        assert!(!takes("identity", "gzip") && !takes("*;q=0", "gzip") && !takes("x-gzip", "gzip"));
        assert!(!super::takes(&HeaderMap::new(), "gzip"));
    }
}
