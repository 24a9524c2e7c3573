//! Files are larger than other bodies: each person has one on its way at a time, and few do at once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
    middleware::Next,
    response::IntoResponse,
};
use saydo_app::{Caller, import};
use saydo_domain::UserId;

use super::{body::MostBytes, problem::Problem, state::AppState};

/// Files on their way at once in this process.
const AT_ONCE: usize = 4;
/// When to try again.
const COME_BACK: Duration = Duration::from_secs(5);

/// Whose files are on their way; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Uploads(Arc<Mutex<BTreeSet<UserId>>>);

/// A place for one; given back on drop.
struct Place {
    uploads: Uploads,
    user: UserId,
}

impl Uploads {
    fn enter(&self, user: &UserId) -> Result<Place, Problem> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.contains(user) {
            let detail = "Another file of yours is still being imported.";
            return Err(Problem::new(StatusCode::CONFLICT, "import_running", detail));
        }
        if under_way.len() >= AT_ONCE {
            let busy = Problem::of_status(StatusCode::SERVICE_UNAVAILABLE);
            return Err(Problem { retry_after: Some(COME_BACK), ..busy });
        }
        under_way.insert(user.clone());
        Ok(Place { uploads: self.clone(), user: user.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.uploads.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
    }
}

/// Lets a file in, as large as files may be.
pub(super) async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response<Body> {
    let Some(user) = request.extensions().get::<Caller>().map(|caller| caller.id().clone()) else {
        return next.run(request).await;
    };
    let _place = match state.uploads.enter(&user) {
        Ok(place) => place,
        Err(busy) => return busy.into_response(),
    };
    request.extensions_mut().insert(MostBytes(import::MAX_BYTES));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_for_each_and_four_for_all() {
        let uploads = Uploads::default();
        let enter = |name: &str| uploads.enter(&UserId::new(name).unwrap());
        let status = |refused: Result<Place, Problem>| refused.err().map(|problem| problem.status.as_u16());
        let mut held: Vec<Place> = ["a", "b", "c"].iter().map(|name| enter(name).unwrap()).collect();
        assert_eq!(status(enter("a")), Some(409));
        held.push(enter("d").unwrap());
        assert_eq!(status(enter("e")), Some(503));
        held.remove(0);
        assert_eq!(status(enter("e")), None);
    }
}
