//! Language and speech models.

use std::time::Duration;

use saydo_app::{
    chat::PlannerChoice,
    llm::{Models, ModelsConfig, ProviderConfig, TurnLimits},
    voice::{Voice, VoiceConfig},
};

use super::{
    super::{ModelConfig, model},
    Reader,
};

impl Reader {
    pub(super) fn model(&mut self, providers: &[ProviderConfig]) -> ModelConfig {
        let planners = [
            ("auto", PlannerChoice::Auto),
            ("llm", PlannerChoice::Llm),
            ("model", PlannerChoice::Llm),
            ("offline", PlannerChoice::Offline),
        ];
        let (key, base_url) = (self.secret("OPENAI_API_KEY"), self.text("OPENAI_BASE_URL"));
        if base_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            self.wrong("OPENAI_BASE_URL", "give a URL that begins with http:// or https://");
        }
        let providers = match model::of_openai(key, base_url, self.text("OPENAI_AGENT_MODEL").unwrap_or_default()) {
            Some(provider) if providers.is_empty() => vec![provider],
            _ => providers.to_vec(),
        };
        let seconds = |n: &u64| (1..=3600).contains(n);
        let whole = "a number of seconds from 1 to 3600";
        let tokens = "a whole number of tokens from 1000";
        let usual = ModelsConfig::default();
        let turn = TurnLimits {
            timeout: Duration::from_secs(self.parsed("SAYDO_MODEL_TURN_TIMEOUT", whole, 60, seconds)),
            tokens_per_turn: self.parsed("SAYDO_MODEL_TOKENS_PER_TURN", tokens, 60_000, |n| *n >= 1000),
            tokens_per_day: self.parsed("SAYDO_MODEL_TOKENS_PER_DAY", tokens, 1_000_000, |n| *n >= 1000),
            ..usual.turn
        };
        let first_byte = Duration::from_secs(self.parsed("SAYDO_MODEL_FIRST_BYTE_TIMEOUT", whole, 30, seconds));
        let models = ModelsConfig { providers, first_byte_timeout: first_byte, turn, ..usual };
        if let Err(mistakes) = Models::new(&models) {
            self.mistakes.extend(mistakes.iter().map(|mistake| format!("{mistake}.")));
        }
        ModelConfig { models, planner: self.choice("SAYDO_PLANNER", &planners, PlannerChoice::Auto) }
    }

    pub(super) fn voice(&mut self) -> VoiceConfig {
        let own_url = self.text("SAYDO_SPEECH_BASE_URL");
        let own_key = self.secret("SAYDO_SPEECH_API_KEY");
        // A key belongs to its address: that of the language model never goes to another server.
        let api_key = if own_url.is_some() { own_key } else { own_key.or_else(|| self.secret("OPENAI_API_KEY")) };
        let usual = VoiceConfig::default();
        let voice = VoiceConfig {
            base_url: own_url.or_else(|| self.text("OPENAI_BASE_URL")),
            api_key,
            transcribe_model: self.text("OPENAI_TRANSCRIBE_MODEL"),
            speech_model: self.text("OPENAI_SPEECH_MODEL"),
            speech_voice: self.text("OPENAI_SPEECH_VOICE").unwrap_or_default(),
            timeout: Duration::from_secs(self.parsed(
                "SAYDO_SPEECH_TIMEOUT",
                "a number of seconds from 1 to 600",
                60,
                |n| (1..=600).contains(n),
            )),
            ..usual
        };
        let named =
            [(&voice.transcribe_model, "OPENAI_TRANSCRIBE_MODEL"), (&voice.speech_model, "OPENAI_SPEECH_MODEL")];
        for (_, name) in named.iter().filter(|(model, _)| model.is_some()) {
            if voice.base_url.is_none() && voice.api_key.is_none() {
                self.wrong(name, "needs OPENAI_API_KEY, or SAYDO_SPEECH_BASE_URL for another server");
            }
        }
        if voice.is_on()
            && let Err(mistake) = Voice::new(&voice)
        {
            self.mistakes.push(format!("{mistake}."));
        }
        voice
    }
}
