//! Words that occur nowhere else: each task's title has one. Letters only, so that nobody takes them for a date.

const LETTERS: u32 = 26;

/// The marker of a user's n-th request; a title adds a letter of its own.
pub(crate) fn of_request(user: usize, count: u32) -> String {
    let mut text = String::from("zq");
    text.push(letter(u32::try_from(user).unwrap_or_default()));
    for place in (0..4).rev() {
        text.push(letter(count / LETTERS.pow(place)));
    }
    text
}

/// The marker of the n-th title of a request.
pub(crate) fn of_title(request: &str, at: usize) -> String {
    format!("{request}{}", letter(u32::try_from(at).unwrap_or_default()))
}

/// The request's marker in a text, if it has one.
pub(crate) fn in_text(text: &str) -> Option<&str> {
    let at = text.find("zq")?;
    text.get(at..at + 7)
}

fn letter(number: u32) -> char {
    char::from_digit(number % LETTERS + 10, 36).unwrap_or('z')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_differ_and_are_found() {
        let all: std::collections::BTreeSet<String> = (0..3000).map(|count| of_request(3, count)).collect();
        assert_eq!(all.len(), 3000);
        let marker = of_request(15, 77);
        assert_eq!(in_text(&format!("Dust shelf {}", of_title(&marker, 2))), Some(marker.as_str()));
    }
}
