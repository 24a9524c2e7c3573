//! `saydo completions` and `saydo man`: the command line, described to shells and readers.

use std::{io::Write as _, path::PathBuf};

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;
use clap_mangen::Man as Page;

use super::{Cli, CliError};

/// Print what a shell needs to complete the command line
///
/// For bash: saydo completions bash > /etc/bash_completion.d/saydo
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// For which shell
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(["bash", "zsh", "fish"]))]
    shell: String,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let shell = Shell::from_str(&self.shell, false).map_err(CliError::Usage)?;
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "saydo", &mut script);
        Ok(std::io::stdout().write_all(&script)?)
    }
}

/// Print the manual page
///
/// saydo man | man -l -
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Write the pages of all commands into this folder instead
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let Some(dir) = &self.dir else {
            return Ok(Page::new(Cli::command()).render(&mut std::io::stdout())?);
        };
        std::fs::create_dir_all(dir)?;
        Ok(clap_mangen::generate_to(Cli::command(), dir)?)
    }
}
