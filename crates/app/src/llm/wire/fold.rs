//! The conversation for formats and chat templates that take a system message only at the very beginning and want
//! people and model to take turns.

use crate::llm::ModelMessage;

/// Moves late system messages into the person's next message, as a `<context>` block at its head, and joins
/// neighbouring messages of the person.
pub(super) fn fold(messages: &[ModelMessage]) -> Vec<ModelMessage> {
    let mut folded: Vec<ModelMessage> = Vec::with_capacity(messages.len());
    let mut context: Option<String> = None;
    for message in messages {
        match message {
            ModelMessage::System(text) => {
                let before = context.take().map_or_else(String::new, |before| before + "\n\n");
                context = Some(before + text);
            }
            ModelMessage::User(text) => {
                let text = context.take().map_or_else(|| text.clone(), |context| block(&context) + "\n\n" + text);
                push_user(&mut folded, text);
            }
            other => {
                if let Some(context) = context.take() {
                    push_user(&mut folded, block(&context));
                }
                folded.push(other.clone());
            }
        }
    }
    if let Some(context) = context {
        push_user(&mut folded, block(&context));
    }
    folded
}

fn block(context: &str) -> String {
    format!("<context>\n{context}\n</context>")
}

fn push_user(folded: &mut Vec<ModelMessage>, text: String) {
    if let Some(ModelMessage::User(before)) = folded.last_mut() {
        before.push_str("\n\n");
        before.push_str(&text);
    } else {
        folded.push(ModelMessage::User(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> ModelMessage {
        ModelMessage::User(text.to_owned())
    }

    #[test]
    fn late_system_goes_to_the_head_of_the_next_message() {
        let answer = ModelMessage::Assistant { text: "hi".into(), calls: vec![] };
        let messages =
            [user("a"), answer.clone(), ModelMessage::System("today".into()), user("b"), user("c"), answer.clone()];
        assert_eq!(
            fold(&messages),
            [user("a"), answer.clone(), user("<context>\ntoday\n</context>\n\nb\n\nc"), answer]
        );
        assert_eq!(fold(&[ModelMessage::System("x".into())]), [user("<context>\nx\n</context>")]);
    }
}
