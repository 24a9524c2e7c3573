//! Answers to talk that is no command.

use saydo_lang::Topic;

/// The fixed sentence when no planner could answer (API.md).
pub const TROUBLE: &str = "I'm having trouble processing your request right now. Please try again in a moment.";

/// The fixed sentence when a task is not found (LANGUAGE.md).
pub const NO_SUCH_TASK: &str = "I couldn't find that task. Would you like to see your task list?";

/// The fixed sentence for an empty list (LANGUAGE.md).
pub const EMPTY_LIST: &str = "You don't have any tasks yet. Would you like to add one?";

/// When there is no change left to take back.
pub const NOTHING_TO_UNDO: &str = "There is nothing to undo.";

/// A “no” after something was done, when nothing was asked.
pub const NOTHING_TAKEN_BACK: &str = "I left it as it is. Say “undo” to take the last change back.";

/// When “undo” comes while it is still asked whether or which.
pub const NOTHING_DONE_YET: &str =
    "That was not done yet, and now it will not be. Say “undo” again to take back the change before.";

/// When the answer to a question comes after its time.
pub const TOO_LATE: &str =
    "I asked that more than five minutes ago, so the question is closed and nothing was changed. Please say it again.";

/// The same when the answer was no.
pub const TOO_LATE_FOR_NO: &str = "All right. The question had closed anyway, and nothing was changed.";

/// When the server stopped in the middle of a turn.
pub const SERVER_STOPPED: &str = "The server stopped before I was done.";

/// When a message is not understood.
pub const LOST: &str = "I'm not sure what you'd like me to do. I can add, list, complete, change and delete tasks: \
                        try “call mom tomorrow at 5”, “what's due this week?” or “mark 2 done”.";

const HELP: &str = "I keep your task list. Just say what you mean:\n\
    “buy milk tomorrow” adds a task\n\
    “water plants every other day at 8” adds one that repeats\n\
    “what's due this week?” shows a list\n\
    “done with the milk” or “mark 3 done” completes one\n\
    “move the dentist to friday 3pm” changes one\n\
    “delete task 7” removes one\n\
    “undo” takes back the last change";

/// A short, friendly line; never a claim that something was done.
#[must_use]
pub const fn about(topic: Topic) -> &'static str {
    match topic {
        Topic::Greeting => "Hello. What would you like to get done?",
        Topic::Thanks => "You're welcome.",
        Topic::Goodbye => "Goodbye. Your list is safe here.",
        Topic::Help => HELP,
        Topic::Identity => "I'm Saydo. I keep your task list: tell me what to remember, and ask me what's next.",
        Topic::HowAreYou => "All good here. What would you like to get done?",
        Topic::Acknowledgement | Topic::Refusal => "All right.",
        Topic::OutOfScope => {
            "That's outside what I do: I only keep your task list. To have it there, say “remind me to …”."
        }
        Topic::Injection => {
            "I only act on your own tasks, and nothing was changed. What would you like to do with your list?"
        }
    }
}
