//! The places as the operator's files tell them now.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use authms_core::ports::Places;
use authms_core::risk::Place;
use authms_core::time::Timestamp;
use tokio::signal::unix::Signal;
use tokio::time::{MissedTickBehavior, interval};

use super::GeoPlaces;
use crate::config::Geo;
use crate::failure::Failure;
use crate::stamps::Stamps;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(30);

/// Places that follow the operator's files; what does not hold changes nothing.
pub struct LivePlaces {
    config: Geo,
    current: RwLock<Arc<GeoPlaces>>,
    seen: RwLock<Stamps>,
}

impl LivePlaces {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// As [`GeoPlaces::open`].
    pub fn open(config: &Geo) -> Result<Self, Failure> {
        let seen = Stamps::of(files(config));
        let current = Arc::new(GeoPlaces::open(config)?);
        Ok(Self { config: config.clone(), current: RwLock::new(current), seen: RwLock::new(seen) })
    }

    /// How old each database is at this time, in words.
    pub fn ages(&self, now: Timestamp) -> Vec<String> {
        self.current().ages(now)
    }

    /// Looks after the files for good, and at once when SIGHUP asks.
    pub async fn keep(self: Arc<Self>, mut hangups: Signal) {
        if files(&self.config).next().is_none() {
            return;
        }
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                _ = ticks.tick() => false,
                _ = hangups.recv() => true,
            };
            let places = Arc::clone(&self);
            if tokio::task::spawn_blocking(move || places.look(asked)).await.is_err() {
                return;
            }
        }
    }

    /// Takes the files over if they changed, or if asked.
    pub(super) fn look(&self, asked: bool) {
        let stamps = Stamps::of(files(&self.config));
        if !asked && *self.seen.read().unwrap_or_else(PoisonError::into_inner) == stamps {
            return;
        }
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = stamps;
        match GeoPlaces::open(&self.config) {
            Ok(places) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(places);
                tracing::info!("the databases of addresses were taken over");
            }
            Err(failure) => tracing::error!("{failure}; until then the former one is used"),
        }
    }

    fn current(&self) -> Arc<GeoPlaces> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All that the configuration names.
fn files(config: &Geo) -> impl Iterator<Item = &Path> {
    let Geo { country_file, asn_file, city_file, hosting_networks_file, bad_networks_file } = config;
    let all = [country_file, asn_file, city_file, hosting_networks_file, bad_networks_file];
    all.into_iter().flatten().map(|file| file.as_path())
}

impl Places for LivePlaces {
    fn place(&self, ip: IpAddr) -> Place {
        self.current().place(ip)
    }

    fn is_bad(&self, ip: IpAddr) -> bool {
        self.current().is_bad(ip)
    }
}
