//! Shows how messages on standard input are read: `echo "buy milk" | cargo run -p saydo-lang --example lang-say`.

use std::io::{self, BufRead, Write};

use saydo_lang::{Context, Moment, notation, understand};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = Context::new(Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse()?));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        writeln!(out, "{line}")?;
        for reading in understand(&line, &context).readings.iter().take(3) {
            let found = if reading.only_if_found { "?" } else { " " };
            writeln!(out, "   {:.2}{found} {:<18} {}", reading.confidence, reading.rule, notation::reading(reading))?;
        }
    }
    Ok(())
}
