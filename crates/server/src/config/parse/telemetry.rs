//! Log, metrics and traces.

use std::net::SocketAddr;

use secrecy::SecretString;

use super::{
    super::{LogFormat, MetricsConfig, TelemetryConfig, TracesConfig},
    Reader,
};

/// Characters that a token for the metrics has at least.
const MIN_METRICS_TOKEN: usize = 16;

impl Reader {
    pub(super) fn telemetry(&mut self) -> TelemetryConfig {
        let filter = self.text("SAYDO_LOG").unwrap_or_default();
        if tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
            self.wrong("SAYDO_LOG", format!("“{filter}” is not a level or a filter like info,saydo_server=debug"));
        }
        let forms = [("json", Some(LogFormat::Json)), ("pretty", Some(LogFormat::Pretty))];
        TelemetryConfig {
            filter,
            format: self.choice("SAYDO_LOG_FORMAT", &forms, None),
            metrics: self.metrics(),
            traces: self.traces(),
        }
    }

    fn metrics(&mut self) -> MetricsConfig {
        let local = SocketAddr::from(([127, 0, 0, 1], 9464));
        let listen = self
            .text("SAYDO_METRICS_LISTEN")
            .map(|_| self.parsed("SAYDO_METRICS_LISTEN", "an address with port like 127.0.0.1:9464", local, |_| true));
        let token = self.text("SAYDO_METRICS_TOKEN");
        if token.as_ref().is_some_and(|token| token.chars().count() < MIN_METRICS_TOKEN) {
            self.wrong("SAYDO_METRICS_TOKEN", format!("needs at least {MIN_METRICS_TOKEN} characters"));
        }
        if listen.is_some_and(|address| !address.ip().is_loopback()) && token.is_none() {
            let help = "other machines could read the metrics; set SAYDO_METRICS_TOKEN as well, or listen on 127.0.0.1";
            self.wrong("SAYDO_METRICS_LISTEN", help);
        }
        MetricsConfig { listen, token: token.map(SecretString::from) }
    }

    fn traces(&mut self) -> Option<TracesConfig> {
        let ratio = self.parsed("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1", 1.0, |n| (0.0..=1.0).contains(n));
        let protocols = [("http/protobuf", false), ("http/json", true)];
        let json = self.choice("OTEL_EXPORTER_OTLP_PROTOCOL", &protocols, false);
        let endpoint = self.text("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            self.wrong("OTEL_EXPORTER_OTLP_ENDPOINT", "give a URL that begins with http:// or https://");
        }
        Some(TracesConfig { endpoint, headers: self.secret("OTEL_EXPORTER_OTLP_HEADERS"), json, ratio })
    }
}
