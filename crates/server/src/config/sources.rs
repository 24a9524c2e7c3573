//! Where settings come from, layered into one map of raw values.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Format, Toml},
    value::Value,
};

use saydo_app::llm::ProviderConfig;

use super::{ConfigError, SETTINGS, model};

/// The raw layers, lowest first. Keys are the names of environment variables.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `saydo.toml`.
    pub file: BTreeMap<String, String>,
    /// `.env`.
    pub dotenv: BTreeMap<String, String>,
    /// What the service manager handed over as files, as it names them in `CREDENTIALS_DIRECTORY`.
    pub credentials: BTreeMap<String, String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Flags of the command line.
    pub flags: BTreeMap<String, String>,
    /// `[[providers]]` of `saydo.toml`.
    pub providers: Vec<ProviderConfig>,
    /// Files with settings or keys of models in them.
    pub files: Vec<PathBuf>,
}

/// A raw value and the layer it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) value: String,
    pub(super) from: &'static str,
}

impl Sources {
    /// Reads the layers of this process. `file` is a `saydo.toml` named by a flag; it must exist then.
    ///
    /// # Errors
    /// When a file cannot be read or has a key that is no setting.
    pub fn of_process(file: Option<&Path>, flags: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        let (path, named) = file.map_or_else(|| (PathBuf::from("saydo.toml"), false), |path| (path.to_owned(), true));
        let mut files = vec![PathBuf::from(".env"), path.clone()];
        let (file, providers) =
            if named || path.exists() { read_toml(&path, &mut files, &mut mistakes) } else { Default::default() };
        files.retain(|file| file.exists());
        let dotenv = read_dotenv(Path::new(".env"), &mut mistakes);
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| read_credentials(Path::new(&folder), &mut files, &mut mistakes))
            .unwrap_or_default();
        // Only our own variables are kept: the rest of the environment is nobody's business here.
        let mut env = BTreeMap::new();
        for (name, value) in std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))) {
            if is_known(&name) {
                match value.into_string() {
                    Ok(value) => drop(env.insert(name, value)),
                    Err(_) => mistakes.push(format!("{name} is not UTF-8 text.")),
                }
            } else if name.starts_with("SAYDO_") {
                mistakes.extend(misspelt(&name));
            }
        }
        if mistakes.is_empty() {
            Ok(Self { file, dotenv, credentials, env, flags, providers, files })
        } else {
            Err(ConfigError(mistakes))
        }
    }

    /// The files that hold secrets, or the settings that may.
    pub(super) fn secret_files(&self) -> Vec<PathBuf> {
        let layers = [&self.file, &self.dotenv, &self.env, &self.flags];
        let named = SETTINGS.iter().filter(|setting| setting.secret).flat_map(|setting| {
            let by_file = format!("{}_FILE", setting.env);
            layers.map(|layer| layer.get(&by_file).filter(|path| !path.is_empty()).map(PathBuf::from))
        });
        self.files.iter().cloned().chain(named.flatten()).collect()
    }

    /// One map of values, higher layers over lower ones, secrets read from their files. Empty values count as not set.
    pub(super) fn merge(&self, mistakes: &mut Vec<String>) -> HashMap<&'static str, Raw> {
        let mut merged = HashMap::new();
        for setting in SETTINGS {
            if !setting.default.is_empty() {
                merged.insert(setting.env, Raw { value: setting.default.to_owned(), from: "default" });
            }
            let layers = [
                (&self.file, "saydo.toml"),
                (&self.dotenv, ".env"),
                (&self.credentials, "credential"),
                (&self.env, "environment"),
                (&self.flags, "flag"),
            ];
            for (layer, from) in layers {
                let by_file = format!("{}_FILE", setting.env);
                if let Some(path) = layer.get(&by_file).filter(|path| setting.secret && !path.is_empty()) {
                    match std::fs::read_to_string(path) {
                        Ok(text) => {
                            let value = text.trim_end_matches(['\r', '\n']).to_owned();
                            merged.insert(setting.env, Raw { value, from });
                        }
                        Err(error) => mistakes.push(format!("{by_file}: cannot read {path}: {error}.")),
                    }
                }
                if let Some(value) = layer.get(setting.env).filter(|value| !value.is_empty()) {
                    merged.insert(setting.env, Raw { value: value.clone(), from });
                }
            }
        }
        merged
    }
}

/// The settings in a folder of files, as systemd hands them over (systemd.exec(5), `LoadCredential=`): each file is the
/// setting of its name, or of what follows on `saydo_` in it. Other files are other programs' business.
fn read_credentials(folder: &Path, files: &mut Vec<PathBuf>, mistakes: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            mistakes.push(format!("CREDENTIALS_DIRECTORY: cannot read {}: {error}.", folder.display()));
            return values;
        }
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (ours, name) = file.strip_prefix("saydo_").map_or((false, file.as_str()), |name| (true, name));
        if SETTINGS.iter().all(|setting| setting.env != name) {
            if ours {
                mistakes.push(format!("{}: {name} is no setting.", path.display()));
            }
            continue;
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                values.insert(name.to_owned(), text.trim_end_matches(['\r', '\n']).to_owned());
                files.push(path);
            }
            Err(error) => mistakes.push(format!("{}: cannot be read: {error}.", path.display())),
        }
    }
    values
}

fn is_known(name: &str) -> bool {
    SETTINGS.iter().any(|s| s.env == name || (s.secret && name.strip_suffix("_FILE") == Some(s.env)))
}

/// What to say of a name that is no setting and looks like one. Other names are other programs' business: a container
/// platform sets `SAYDO_SERVICE_HOST`, and `.env` may be shared.
fn misspelt(name: &str) -> Option<String> {
    const SLIPS: usize = 2;
    if is_known(name) {
        return None;
    }
    let meant = SETTINGS.iter().map(|setting| setting.env).filter(|env| env.len() > 3 * SLIPS);
    let (slips, meant) = meant.map(|env| (strsim::damerau_levenshtein(name, env), env)).min()?;
    (slips <= SLIPS).then(|| format!("{name} is no setting; is {meant} meant?"))
}

/// Its settings and models; the files with keys that it names are added to `files`.
fn read_toml(
    path: &Path,
    files: &mut Vec<PathBuf>,
    mistakes: &mut Vec<String>,
) -> (BTreeMap<String, String>, Vec<ProviderConfig>) {
    let shown = path.display();
    let values = match std::fs::read_to_string(path) {
        Ok(text) => Figment::from(Toml::string(&text)).extract::<BTreeMap<String, Value>>(),
        Err(error) => {
            mistakes.push(format!("{shown}: cannot be read: {error}."));
            return Default::default();
        }
    };
    let mut values = values.unwrap_or_else(|error| {
        mistakes.extend(error.into_iter().map(|error| format!("{shown}: {error}.")));
        BTreeMap::new()
    });
    let entries = values.get("providers").and_then(Value::as_array).unwrap_or_default();
    files.extend(entries.iter().filter_map(|entry| Some(entry.as_dict()?.get("api_key_file")?.as_str()?.into())));
    let providers = model::take_providers(&mut values, &shown.to_string(), mistakes);
    let mut read = BTreeMap::new();
    for (key, value) in values {
        let env = SETTINGS.iter().find_map(|s| {
            let file_key = format!("{}_file", s.key());
            if s.key() == key {
                Some(s.env.to_owned())
            } else {
                (s.secret && file_key == key).then(|| format!("{}_FILE", s.env))
            }
        });
        match (env, scalar(&value)) {
            (Some(env), Some(text)) => drop(read.insert(env, text)),
            (Some(_), None) => mistakes.push(format!("{shown}: {key} must be a text, a number, true/false or a list.")),
            (None, _) => mistakes.push(format!("{shown}: there is no setting {key}; see saydo config.")),
        }
    }
    (read, providers)
}

/// A TOML value as the text it would be in the environment.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Bool(_, on) => Some(if *on { "on" } else { "off" }.to_owned()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|n| n.to_string())
            .or_else(|| number.to_u128().map(|n| n.to_string()))
            .or_else(|| number.to_f64().map(|n| n.to_string())),
        Value::Array(_, values) => values.iter().map(scalar).collect::<Option<Vec<_>>>().map(|all| all.join(",")),
        _ => None,
    }
}

fn read_dotenv(path: &Path, mistakes: &mut Vec<String>) -> BTreeMap<String, String> {
    if !path.exists() {
        return BTreeMap::new();
    }
    let lines = match dotenvy::from_path_iter(path) {
        Ok(lines) => lines,
        Err(error) => {
            mistakes.push(format!(".env: cannot be read: {error}."));
            return BTreeMap::new();
        }
    };
    let mut read = BTreeMap::new();
    for line in lines {
        match line {
            Ok((name, value)) => {
                mistakes.extend(misspelt(&name).map(|mistake| format!(".env: {mistake}")));
                read.insert(name, value);
            }
            // The error would show the line, and the line may hold a secret.
            Err(_) => mistakes.push(".env: a line cannot be understood; write NAME=value.".to_owned()),
        }
    }
    read
}
