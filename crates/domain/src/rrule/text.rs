//! Recurrence rules as text: the `RRULE` value of RFC 5545 §3.3.10, read and written.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, DateTime, Weekday};

use super::{ByDay, Frequency, RRule, RRuleError, Until, refuse};

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl fmt::Display for RRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T>(f: &mut fmt::Formatter<'_>, name: &str, values: &[T], text: impl Fn(&T) -> String) -> fmt::Result {
            if values.is_empty() {
                return Ok(());
            }
            write!(f, ";{name}={}", values.iter().map(text).collect::<Vec<_>>().join(","))
        }
        write!(f, "FREQ={}", self.freq.as_str())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYMONTH", &self.by_month, i8::to_string)?;
        list(f, "BYMONTHDAY", &self.by_month_day, i8::to_string)?;
        list(f, "BYDAY", &self.by_day, |by| {
            let name = WEEKDAYS[usize::try_from(by.weekday.to_monday_zero_offset()).unwrap_or(0)].0;
            if by.ordinal == 0 { name.to_owned() } else { format!("{}{name}", by.ordinal) }
        })?;
        list(f, "BYSETPOS", &self.by_set_pos, i16::to_string)?;
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        match self.until {
            None => Ok(()),
            Some(Until::Day(day)) => write!(f, ";UNTIL={}", day.strftime("%Y%m%d")),
            Some(Until::Moment(at)) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%S")),
        }
    }
}

impl FromStr for RRule {
    type Err = RRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 500 {
            return Err(refuse("it is too long"));
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut freq = None;
        let mut rule = Self::every(1, Frequency::Daily);
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| refuse(format!("“{part}” has no value")))?;
            match name {
                "FREQ" => freq = Some(parse_frequency(value)?),
                "INTERVAL" => rule.interval = number(name, value, 1, 1000)?,
                "COUNT" => rule.count = Some(number(name, value, 1, 100_000)?),
                "UNTIL" => rule.until = Some(parse_until(value)?),
                "BYDAY" => rule.by_day = value.split(',').map(parse_by_day).collect::<Result<_, _>>()?,
                "BYMONTHDAY" => rule.by_month_day = numbers(name, value, -31, 31)?,
                "BYMONTH" => rule.by_month = numbers(name, value, 1, 12)?,
                "BYSETPOS" => rule.by_set_pos = numbers(name, value, -366, 366)?,
                "WKST" if value == "MO" => {}
                _ => return Err(refuse(format!("“{name}” is not supported"))),
            }
        }
        rule.freq = freq.ok_or_else(|| refuse("FREQ is missing"))?;
        if rule.count.is_some() && rule.until.is_some() {
            return Err(refuse("COUNT and UNTIL exclude each other"));
        }
        if rule.freq == Frequency::Weekly && !rule.by_month_day.is_empty() {
            return Err(refuse("BYMONTHDAY does not go with FREQ=WEEKLY"));
        }
        let limits = [rule.by_day.len(), rule.by_month_day.len(), rule.by_month.len(), rule.by_set_pos.len()];
        // Minutes that skip days would have to be looked for one by one.
        if rule.freq == Frequency::Minutely && limits != [0; 4] {
            return Err(refuse("FREQ=MINUTELY goes with no BY part"));
        }
        let ordinals = rule.by_day.iter().any(|by| by.ordinal != 0);
        if ordinals && !matches!(rule.freq, Frequency::Monthly | Frequency::Yearly) {
            return Err(refuse("BYDAY with a number needs FREQ=MONTHLY or YEARLY"));
        }
        if ordinals && rule.freq == Frequency::Yearly && rule.by_month.is_empty() {
            return Err(refuse("BYDAY with a number in a yearly rule needs BYMONTH"));
        }
        Ok(rule)
    }
}

fn parse_frequency(value: &str) -> Result<Frequency, RRuleError> {
    Ok(match value {
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => return Err(refuse(format!("FREQ={value} is not supported"))),
    })
}

/// Digits where RFC 5545 §3.3.4 and §3.3.5 have them: what reads more could read what it does not write itself.
fn parse_until(value: &str) -> Result<Until, RRuleError> {
    let bad = || refuse("UNTIL is a date like 20261231");
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((day, time)) = value.split_once('T') else {
        let day = Date::strptime("%Y%m%d", value).ok().filter(|_| digits(value, 8));
        return day.map(Until::Day).ok_or_else(bad);
    };
    let time = time.strip_suffix('Z').unwrap_or(time);
    let moment = DateTime::strptime("%Y%m%dT%H%M%S", format!("{day}T{time}")).ok();
    moment.filter(|_| digits(day, 8) && digits(time, 6)).map(Until::Moment).ok_or_else(bad)
}

fn parse_by_day(value: &str) -> Result<ByDay, RRuleError> {
    let bad = || refuse(format!("“{value}” is not a weekday like MO or -1FR"));
    let split = value.len().checked_sub(2).filter(|at| value.is_char_boundary(*at)).ok_or_else(bad)?;
    let (ordinal, name) = value.split_at(split);
    let weekday = WEEKDAYS.iter().find(|(known, _)| *known == name).ok_or_else(bad)?.1;
    let ordinal = if ordinal.is_empty() { 0 } else { number::<i8>("BYDAY", ordinal, -5, 5)? };
    if !value[..split].is_empty() && ordinal == 0 {
        return Err(bad());
    }
    Ok(ByDay { ordinal, weekday })
}

fn number<T: FromStr + PartialOrd + fmt::Display>(name: &str, value: &str, min: T, max: T) -> Result<T, RRuleError> {
    let bad = || refuse(format!("{name} is a number from {min} to {max}"));
    let number: T = value.parse().map_err(|_| bad())?;
    if number < min || number > max { Err(bad()) } else { Ok(number) }
}

fn numbers<T: FromStr + PartialOrd + fmt::Display + Copy + Default>(
    name: &str,
    value: &str,
    min: T,
    max: T,
) -> Result<Vec<T>, RRuleError> {
    let list: Vec<T> = value.split(',').map(|value| number(name, value, min, max)).collect::<Result<_, _>>()?;
    if list.iter().any(|n| *n == T::default()) {
        return Err(refuse(format!("{name} cannot be 0")));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use crate::RRule;

    fn rule(text: &str) -> RRule {
        text.parse().unwrap()
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "FREQ=DAILY",
            "FREQ=MINUTELY;INTERVAL=45;COUNT=3",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20301231",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=DAILY;UNTIL=00010101",
            "FREQ=DAILY;UNTIL=20301231T235959",
        ] {
            assert_eq!(rule(text).to_string(), text);
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_texts_end_somewhere() {
        assert_eq!(rule("FREQ=DAILY;WKST=MO"), rule("FREQ=DAILY"));
        let long = |length: usize| format!("{:;<length$}", "FREQ=DAILY").parse::<RRule>();
        assert!(long(500).is_ok() && long(501).is_err());
    }

    #[test]
    fn refuses_what_it_would_ignore() {
        for text in [
            "",
            "FREQ=SECONDLY",
            "FREQ=MINUTELY;BYDAY=MO",
            "INTERVAL=2",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=DAILY;WKST=SU",
            "FREQ=WEEKLY;BYDAY=2MO",
            "FREQ=DAILY;COUNT=2;UNTIL=20300101",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=WEEKLY;BYDAY=é",
            "FREQ=WEEKLY;BYDAY=0MO",
            "FREQ=DAILY;UNTIL=-9990101",
            "FREQ=DAILY;UNTIL=+9991111",
            "FREQ=DAILY;UNTIL= 2026101",
            "FREQ=DAILY;UNTIL=2026111T010101",
            "FREQ=DAILY;UNTIL=-9990101T000000",
            "FREQ=DAILY;UNTIL=20261301",
        ] {
            assert!(text.parse::<RRule>().is_err(), "{text}");
        }
    }
}
