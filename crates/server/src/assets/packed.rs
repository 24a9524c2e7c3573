//! The files of the web app in the encodings browsers take: compressed once, as well as it goes, not per request.

use std::{collections::HashMap, io::Write as _};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::{EmbeddedFile, RustEmbed};
use tokio::sync::OnceCell;

/// Brotli's best quality.
const QUALITY: u32 = 11;
/// Powers of two a window may have: one larger than the file gains nothing, and takes dozens of megabytes.
const WINDOWS: (u32, u32) = (16, 22);

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct WebApp;

static FILES: OnceCell<HashMap<String, File>> = OnceCell::const_new();

/// One file.
#[derive(Debug)]
pub(super) struct File {
    plain: Bytes,
    /// Smaller forms, the smallest first, with the names of their encodings.
    packed: Vec<(&'static str, Bytes)>,
    /// Weak: all forms mean the same.
    pub(super) tag: String,
}

/// All files; the first who asks has them packed.
pub(super) async fn files() -> &'static HashMap<String, File> {
    let pack = || WebApp::iter().filter_map(|path| Some((path.to_string(), File::new(&WebApp::get(&path)?)))).collect();
    FILES.get_or_init(|| async move { tokio::task::spawn_blocking(pack).await.unwrap_or_default() }).await
}

impl File {
    fn new(file: &EmbeddedFile) -> Self {
        let plain = Bytes::from(file.data.clone().into_owned());
        let forms = [("br", brotli(&plain)), ("gzip", gzip(&plain))];
        let smaller = forms.into_iter().filter_map(|(name, packed)| Some((name, Bytes::from(packed?))));
        let mut packed: Vec<_> = smaller.filter(|(_, packed)| packed.len() < plain.len()).collect();
        packed.sort_by_key(|(_, packed)| packed.len());
        let hash: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self { plain, packed, tag: format!("W/\"{hash}\"") }
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

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let window = (usize::BITS - plain.len().leading_zeros()).clamp(WINDOWS.0, WINDOWS.1);
    let mut packer = brotli::CompressorWriter::new(Vec::new(), 4096, QUALITY, window);
    packer.write_all(plain).ok()?;
    Some(packer.into_inner())
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(plain).ok()?;
    packer.finish().ok()
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

    #[test]
    fn both_forms_are_smaller_and_say_the_same() {
        let plain = "<p>Saydo</p>\n".repeat(100);
        let (packed, zipped) = (brotli(plain.as_bytes()).unwrap(), gzip(plain.as_bytes()).unwrap());
        assert!(packed.len() < zipped.len() && zipped.len() < plain.len());
        let mut read = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut read).unwrap();
        assert_eq!(read, plain.as_bytes());
        let mut read = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&zipped[..]), &mut read).unwrap();
        assert_eq!(read, plain);
    }
}
