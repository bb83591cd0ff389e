//! One file per command: `Args` says what may be typed, `run` does it.

mod admin;
mod admin_gate;
mod ask;
mod backup;
mod chat;
mod check;
mod datanet;
mod demo;
mod doctor;
mod export;
mod gen_docs;
mod generate;
mod login;
mod migrate;
mod model_args;
mod models;
mod models_kept;
mod models_pull;
mod read_file;
mod release;
mod release_download;
mod review;
mod run;
mod score;
mod serve;
mod standing;
mod submit;
mod train;
pub(crate) mod worker;

use karat_types::Problem;

/// Every command of the binary.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Worker(worker::Args),
    Migrate(migrate::Args),
    Doctor(doctor::Args),
    Admin(admin::Args),
    Backup(backup::Args),
    Check(check::Args),
    Standing(standing::Args),
    Models(models::Args),
    Train(Box<train::Args>),
    Score(score::Args),
    Generate(generate::Args),
    Chat(chat::Args),
    Export(export::Args),
    Login(login::Args),
    Submit(submit::Args),
    Datanet(datanet::Args),
    Review(review::Args),
    Release(release::Args),
    Run(run::Args),
    Ask(ask::Args),
    #[command(hide = true)]
    GenDocs(gen_docs::Args),
    #[command(hide = true)]
    ReadFile(read_file::Args),
}

impl Command {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Result<(), Problem> {
        match self {
            Self::Demo(args) => demo::run(&args),
            Self::Serve(args) => serve::run(&args),
            Self::Worker(args) => worker::run(&args),
            Self::Migrate(args) => migrate::run(&args),
            Self::Doctor(args) => doctor::run(&args),
            Self::Admin(args) => admin::run(args),
            Self::Backup(args) => backup::run(&args),
            Self::Check(args) => check::run(&args),
            Self::Standing(args) => standing::run(&args),
            Self::Models(args) => models::run(&args),
            Self::Train(args) => train::run(&args),
            Self::Score(args) => score::run(&args),
            Self::Generate(args) => generate::run(&args),
            Self::Chat(args) => chat::run(&args),
            Self::Export(args) => export::run(&args),
            Self::Login(args) => login::run(args),
            Self::Submit(args) => submit::run(&args),
            Self::Datanet(args) => datanet::run(&args),
            Self::Review(args) => review::run(&args),
            Self::Release(args) => release::run(&args),
            Self::Run(args) => run::run(&args),
            Self::Ask(args) => ask::run(&args),
            Self::GenDocs(args) => gen_docs::run(&args),
            Self::ReadFile(args) => read_file::run(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Cli;
    use clap::CommandFactory;

    fn visible(command: &clap::Command, found: &mut Vec<(String, String)>) {
        for sub in command.get_subcommands().filter(|s| !s.is_hide_set() && s.get_name() != "help") {
            if sub.has_subcommands() {
                visible(sub, found);
            } else {
                let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                found.push((sub.get_name().to_owned(), help));
            }
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_carries_an_example() {
        let mut found = Vec::new();
        visible(&Cli::command(), &mut found);
        let without: Vec<_> = found.iter().filter(|(_, help)| !help.contains("Example: karat ")).collect();
        assert!(without.is_empty(), "add after_help = \"Example: karat …\" to {without:?}");
    }
}
