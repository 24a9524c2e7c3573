//! The suite's requests, answered.
#![expect(deprecated, reason = "the suite tests logging, sampling and subscriptions of the older revisions")]

use std::time::Duration;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, CreateMessageRequestParams,
        ElicitRequestParams, GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, InputRequests,
        InputRequiredResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        LoggingLevel, LoggingMessageNotificationParam, PaginatedRequestParams, ProgressNotificationParam,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, SamplingMessage, ServerCapabilities,
        ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
        UnsubscribeRequestParams,
    },
    service::RequestContext,
};
use saydo_app::accounts::Sealer;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    answers,
    asking::{Brought, Step, done, form},
};

type Context = RequestContext<RoleServer>;

/// The fixture; it knows nothing but how to seal.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) sealer: Sealer,
}

fn made<T: DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

fn complete(line: &str) -> Result<CallToolResponse, ErrorData> {
    made::<CallToolResult>(done(line)).map(CallToolResponse::from)
}

fn input_required(requests: Value, state: Option<String>) -> Result<InputRequiredResult, ErrorData> {
    let requests: InputRequests = made(requests)?;
    Ok(InputRequiredResult::new(Some(requests), state))
}

impl Fixture {
    async fn elicit(&self, message: String, schema: Value, context: &Context) -> Result<CallToolResponse, ErrorData> {
        let params =
            ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema: made(schema)? };
        let answer = context.peer.create_elicitation(params).await;
        let answer = answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        let action = serde_json::to_value(&answer.action).unwrap_or_default();
        let content = answer.content.unwrap_or_default();
        complete(&format!("User response: action={}, content={content}", action.as_str().unwrap_or_default()))
    }

    async fn sample(&self, prompt: &str, context: &Context) -> Result<CallToolResponse, ErrorData> {
        let params = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], 100);
        let answer = context.peer.create_message(params).await;
        let answer = answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        let answer = serde_json::to_value(&answer).unwrap_or_default();
        let text = answer["content"]["text"].as_str().or_else(|| answer["content"][0]["text"].as_str());
        complete(&format!("LLM response: {}", text.unwrap_or_default()))
    }

    async fn log(&self, context: &Context) -> Result<CallToolResponse, ErrorData> {
        for line in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
            let params = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(line));
            let _ = context.peer.notify_logging_message(params).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        complete("Logged")
    }

    async fn progress(&self, context: &Context) -> Result<CallToolResponse, ErrorData> {
        let token = context.meta.get_progress_token();
        for progress in [0.0, 50.0, 100.0] {
            if let Some(token) = token.clone() {
                let params = ProgressNotificationParam::new(token, progress).with_total(100.0);
                let _ = context.peer.notify_progress(params).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        complete("Progressed")
    }

    fn step(
        &self,
        name: &str,
        answers: Option<Value>,
        state: Option<&str>,
        can: Option<ClientCapabilities>,
    ) -> Option<Step> {
        Brought { answers, state, can: can.unwrap_or_default(), sealer: &self.sealer }.step(name)
    }
}

const fn tampered() -> &'static str {
    "The state was changed on its way."
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let can = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .build();
        ServerConfig::new(can).with_server_info(Implementation::new("saydo-mcp-fixture", "1"))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let tools = answers::tools()["tools"].take();
        let tools: Vec<Tool> = serde_json::from_value(tools).ok()?;
        tools.into_iter().find(|tool| tool.name == name)
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListToolsResult, ErrorData> {
        made(answers::tools())
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.as_ref();
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        if let Some(result) = answers::result(name) {
            return made::<CallToolResult>(result).map(CallToolResponse::from);
        }
        if let Some((message, schema)) = form(name, &arguments) {
            return self.elicit(message, schema, &context).await;
        }
        let answers = request.input_responses.map(|answers| json!(answers));
        match self.step(name, answers, request.request_state.as_deref(), context.client_capabilities()) {
            Some(Step::Ask(requests, state)) => return Ok(input_required(requests, state)?.into()),
            Some(Step::Done(line)) => return complete(&line),
            Some(Step::Tampered) => return Err(ErrorData::invalid_params(tampered(), None)),
            None => {}
        }
        match name {
            "test_sampling" => self.sample(arguments["prompt"].as_str().unwrap_or_default(), &context).await,
            "test_tool_with_logging" => self.log(&context).await,
            // Only who asks for a level is told anything in the newest revision.
            "test_logging_tool" => complete("Nothing was logged"),
            "test_tool_with_progress" => self.progress(&context).await,
            "test_missing_capability" => {
                let needed = ClientCapabilities::builder().enable_sampling().build();
                match context.client_capabilities().is_some_and(|can| can.sampling.is_some()) {
                    true => complete("You can sample"),
                    false => Err(ErrorData::missing_required_client_capability(needed)),
                }
            }
            _ => Err(ErrorData::invalid_params("Unknown tool", None)),
        }
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        made(answers::resources())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        made(answers::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let missing = || ErrorData::resource_not_found("There is no such resource", Some(json!({"uri": request.uri})));
        made::<ReadResourceResult>(answers::read(&request.uri).ok_or_else(missing)?).map(ReadResourceResponse::from)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        made(answers::prompts())
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let answers = request.input_responses.map(|answers| json!(answers));
        if let Some(Step::Ask(requests, state)) = self.step(&request.name, answers, None, context.client_capabilities())
        {
            return Ok(input_required(requests, state)?.into());
        }
        let unknown = || ErrorData::invalid_params("There is no such prompt", None);
        made::<GetPromptResult>(answers::prompt(&request.name, &arguments).ok_or_else(unknown)?)
            .map(GetPromptResponse::from)
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, asked: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(asked.clone())
    }
}
