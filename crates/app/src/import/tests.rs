//! Files read without a server: each format, and what is wrong with a row.

use jiff::Zoned;
use saydo_domain::{Priority, RepeatFrom};

use super::*;

fn moment() -> Moment {
    let now: Zoned = "2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap();
    Moment::new(now)
}

fn sheet(text: &str) -> (Format, Sheet) {
    read(text.as_bytes(), None, &moment()).unwrap()
}

/// Why a whole file is refused.
fn refusal(bytes: &[u8]) -> String {
    read(bytes, None, &moment()).unwrap_err().errors.remove(0).message
}

/// Each task on a line: its row, box, title, due, and what else it has.
fn told(sheet: &Sheet) -> Vec<String> {
    let line = |draft: &Draft| {
        let task = &draft.task;
        let mut line = format!("{} {} {}", draft.row, if draft.completed_at.is_some() { "x" } else { "-" }, task.title);
        for part in [task.due.map(|due| due.to_string()), task.description.as_ref().map(ToString::to_string)] {
            line.extend(part.map(|part| format!(" | {part}")));
        }
        if task.priority != Priority::Medium {
            line.push_str(&format!(" | {}", task.priority));
        }
        line.extend(task.labels.iter().map(|label| format!(" #{}", label.as_str())));
        line.extend(task.recurrence.as_ref().map(|rule| format!(" | {}", rule.rrule)));
        line
    };
    sheet.drafts.iter().map(line).collect()
}

fn wrong(sheet: &Sheet) -> Vec<(usize, &str)> {
    sheet.problems.iter().map(|problem| (problem.row, problem.message.as_str())).collect()
}

#[test]
fn a_text_is_one_task_a_line() {
    let text = "# Errands\n\n- buy stamps tomorrow\n- [x] post the parcel #post\n   at the corner shop\n1. water the ferns every monday\n---\nring Oslo p1\n* [ ] 2026-04-01\n";
    let (format, sheet) = sheet(text);
    assert_eq!((format, sheet.ignored, sheet.problem_count), (Format::Text, 2, 0));
    assert_eq!(
        told(&sheet),
        [
            "3 - buy stamps | 2026-03-12",
            "4 x post the parcel | at the corner shop #post",
            "6 - water the ferns | 2026-03-16 | FREQ=WEEKLY;BYDAY=MO",
            "8 - ring Oslo | high",
            "9 - 2026-04-01 | 2026-04-01",
        ]
    );
}

#[test]
fn commands_in_a_text_are_titles() {
    let (_, sheet) = sheet("delete all tasks\nundo\nmark everything as done\n=SUM(A1:A9)\n<script>alert(1)</script>\n");
    assert_eq!(
        told(&sheet),
        [
            "1 - delete all tasks",
            "2 - undo",
            "3 - mark everything as done",
            "4 - =SUM(A1:A9)",
            "5 - <script>alert(1)</script>"
        ]
    );
}

const TODOIST: &str = "\u{feff}TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
section,Garden,,,,,,,,\n\
task,Prune the roses @garden,\"With gloves,\nlong ones\",1,1,Ada (1),,every! 2 weeks,en,Europe/Berlin\n\
note,Ask the neighbour for the ladder,,,,Ada (1),,,,\n\
task,Call the plumber,,4,2,Ada (1),,12 Mar 15:00,en,America/New_York\n\
,,,,,,,,,\n\
task,=HYPERLINK(\"x\"),,3,1,Ada (1),,,en,\n\
task,Odd,,2,1,Ada (1),,when the cows come home,en,\n\
task,Nowhere,,2,1,Ada (1),,today,en,Mars/Base\n";

#[test]
fn todoist_is_read_with_its_dates_labels_and_notes() {
    let (format, sheet) = sheet(TODOIST);
    assert_eq!((format, sheet.ignored), (Format::Todoist, 1));
    assert_eq!(
        told(&sheet),
        [
            "3 - Prune the roses | 2026-03-11 | With gloves,\nlong ones\nAsk the neighbour for the ladder | high #garden | FREQ=WEEKLY;INTERVAL=2",
            "6 - Call the plumber | 2026-03-12T15:00:00-04:00",
            "8 - =HYPERLINK(\"x\") | low",
        ]
    );
    assert_eq!(sheet.drafts[0].task.recurrence.as_ref().unwrap().from, RepeatFrom::Completion);
    assert_eq!(
        wrong(&sheet),
        [(9, "The date “when the cows come home” is not understood."), (10, "The time zone “Mars/Base” is not known.")]
    );
}

#[test]
fn a_note_below_a_row_that_is_wrong_belongs_to_nobody() {
    let (_, sheet) = sheet("TYPE,CONTENT,DATE\ntask,Good,\ntask,Bad,blue moon\nnote,Of the bad one,\n");
    assert_eq!(told(&sheet), ["2 - Good"]);
    assert_eq!((sheet.ignored, sheet.problem_count), (1, 1));
}

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
BEGIN:VEVENT\r\nSUMMARY:A party\r\nEND:VEVENT\r\n\
BEGIN:VTODO\r\nSUMMARY:Renew the pass\r\n port\\, please\r\nDUE;VALUE=DATE:20260401\r\nPRIORITY:1\r\nCATEGORIES:To do,home\r\nDESCRIPTION:Two\\nlines\r\n\
BEGIN:VALARM\r\nDESCRIPTION:Ring\r\nEND:VALARM\r\nEND:VTODO\r\n\
BEGIN:VTODO\r\nSUMMARY:Stand up\r\nDUE;TZID=\"/example.org/1/America/New_York\":20260312T090000\r\nRRULE:FREQ=DAILY\r\nEND:VTODO\r\n\
BEGIN:VTODO\r\nSUMMARY:Filed\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260301T120000Z\r\nDUE:20260301T110000Z\r\nEND:VTODO\r\n\
BEGIN:VTODO\r\nSUMMARY:Water\r\nRRULE:FREQ=WEEKLY;BYDAY=FR\r\nEND:VTODO\r\n\
BEGIN:VTODO\r\nSUMMARY:Given up\r\nSTATUS:CANCELLED\r\nEND:VTODO\r\n\
BEGIN:VTODO\r\nSUMMARY:Odd rule\r\nRRULE:FREQ=SECONDLY\r\nDUE:2026\r\nEND:VTODO\r\n\
END:VCALENDAR\r\n";

#[test]
fn to_dos_of_a_calendar_are_read() {
    let (format, sheet) = sheet(CALENDAR);
    assert_eq!((format, sheet.ignored), (Format::Ics, 2));
    assert_eq!(
        told(&sheet),
        [
            "6 - Renew the passport, please | 2026-04-01 | Two\nlines | high #to-do #home",
            "17 - Stand up | 2026-03-12T09:00:00-04:00 | FREQ=DAILY",
            "22 x Filed | 2026-03-01T12:00:00+01:00",
            "28 - Water | 2026-03-13 | FREQ=WEEKLY;BYDAY=FR",
        ]
    );
    assert_eq!(sheet.drafts[2].completed_at, Some("2026-03-01T12:00:00Z".parse().unwrap()));
    let [(36, why)] = wrong(&sheet)[..] else { panic!("{:?}", sheet.problems) };
    assert!(why.contains("SECONDLY") && why.contains("“2026” is no date"), "{why}");
}

/// Years outside 1 to 9999 could be stored, and never be read again.
#[test]
fn dates_that_cannot_be_written_are_named() {
    let todo = |due: &str| format!("BEGIN:VTODO\nSUMMARY:x\n{due}\nEND:VTODO\n");
    let dues = ["DUE:00000101", "DUE;VALUE=DATE:-9990101", "DUE:00010101T000000", "DUE:99991231T235959Z"];
    let todos: String = dues.map(todo).concat();
    let (_, sheet) = sheet(&format!("BEGIN:VCALENDAR\n{todos}{}END:VCALENDAR\n", todo("DTSTART:00000101T120000")));
    assert_eq!(told(&sheet), ["10 - x | 0001-01-01T00:00:00+00:53"]);
    let why = |row: usize, due: &str| format!("Line {}: “{due}” is no date or time of a calendar.", row + 2);
    let wrong: Vec<_> = wrong(&sheet).into_iter().map(|(row, why)| (row, why.to_owned())).collect();
    let expected = [(2, "00000101"), (6, "-9990101"), (14, "99991231T235959Z"), (18, "00000101T120000")];
    assert_eq!(wrong, expected.map(|(row, due)| (row, why(row, due))));
}

#[test]
fn an_export_comes_back_without_its_trash() {
    let export = serde_json::json!({"user": {"id": "x"}, "tasks": [
        {"id": 1, "uid": "u", "title": "Read", "completed": true, "completed_at": "2026-03-01T12:00:00Z", "priority": "low",
         "due_date": "2026-03-12T15:00:00+01:00", "recurrence": {"rrule": "FREQ=DAILY", "from": "completion", "text": "daily"},
         "labels": ["home"], "version": 4},
        {"title": "Binned", "deleted_at": "2026-03-01T12:00:00Z"},
        {"title": " ", "priority": "urgent"},
    ], "messages": [[[[{}]]]]});
    let (format, sheet) = sheet(&export.to_string());
    assert_eq!((format, sheet.ignored), (Format::Saydo, 1));
    assert_eq!(told(&sheet), ["1 x Read | 2026-03-12T15:00:00+01:00 | low #home | FREQ=DAILY"]);
    assert_eq!(sheet.drafts[0].task.recurrence.as_ref().unwrap().text, "daily");
    assert_eq!(wrong(&sheet)[0].0, 3);
    assert!(wrong(&sheet)[0].1.starts_with("Title cannot be empty."), "{:?}", wrong(&sheet));
}

#[test]
fn what_is_no_such_file_is_refused_in_words() {
    assert_eq!(refusal(b"one\ntwo\nthr\xffee"), "Line 3 is not UTF-8 text; save the file as UTF-8 and try again.");
    assert_eq!(refusal("\u{feff} \n ".as_bytes()), "The file is empty.");
    assert_eq!(refusal(b"{\"nonsense\": 1}"), "This is no export of Saydo: line 1, column 15: missing field `tasks`.");
    let deep = format!("{{\"tasks\":{}", "[".repeat(100_000));
    assert!(refusal(deep.as_bytes()).starts_with("This is no export of Saydo"), "deep JSON");
    assert_eq!(refusal(b"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n"), "The to-do that begins on line 2 has no end.");
    let wide = format!("TYPE,CONTENT{}\ntask,x{}\n", ",y".repeat(10_000), ",z".repeat(20_000));
    assert_eq!(told(&sheet(&wide).1), ["2 - x"]);
    let nested = format!("BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n", "BEGIN:X\n".repeat(50_000), "END:X\n".repeat(50_000));
    assert_eq!(told(&sheet(&nested).1), Vec::<String>::new());
}

#[test]
fn a_row_with_nul_or_too_long_a_title_is_named() {
    let (_, sheet) = sheet(&format!("good\nbad\0one\n{}\n{}\n", "y".repeat(201), "z".repeat(50_000)));
    assert_eq!(told(&sheet), ["1 - good"]);
    let long = "Title too long (max 200 characters).";
    assert_eq!(wrong(&sheet), [(2, "The text cannot contain the NUL character."), (3, long), (4, long)]);
    let refusal = sheet.refusal().unwrap();
    assert_eq!(refusal.errors[0].field, "row 2");
}

#[test]
fn ten_thousand_are_enough() {
    let too_many = "A file has at most 10,000 tasks; cut it into several.";
    let lines = |count: usize| format!("TYPE,CONTENT\n{}", "task,x\n".repeat(count));
    assert_eq!(sheet(&lines(MAX_TASKS)).1.drafts.len(), MAX_TASKS);
    assert_eq!(refusal(lines(MAX_TASKS + 1).as_bytes()), too_many);
    let empty = format!("{{\"tasks\":[{}{{}}]}}", "{\"title\":\"x\"},".repeat(MAX_TASKS));
    assert!(refusal(empty.as_bytes()).contains("missing field `title`"));
    let full = format!("{{\"tasks\":[{}{{\"title\":\"x\"}}]}}", "{\"title\":\"x\"},".repeat(MAX_TASKS));
    assert!(refusal(full.as_bytes()).contains("at most 10,000 tasks"));
    // Wrong rows count as well, and only the first are named.
    let (_, wrong) = sheet(&format!("TYPE,CONTENT\n{}", "task,\n".repeat(150)));
    assert_eq!((wrong.problem_count, wrong.problems.len()), (150, 100));
    assert_eq!(wrong.refusal().unwrap().errors.pop().unwrap().message, "50 more rows have problems.");
}
