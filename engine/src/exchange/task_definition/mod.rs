//! ECS task definitions as JSON: what `register-task-definition` takes and `describe-task-definition` gives.
//!
//! Reading and writing again gives the same definition. What may look different is how it is put:
//!
//! - sizes become CPU units and MiB, whichever way they were written (rule TDF-20); numbers and truth values written as
//!   text become numbers and truth values, and the other way round where AWS wants text;
//! - nulls, empty lists and objects go, and empty texts but for words of a command and values of the user's own:
//!   environment, labels, options, proxy properties, system controls, tags;
//! - `environment`, `systemControls`, `dockerLabels`, options, proxy properties and tags stand in order of name;
//! - the `type` of environment files and proxies, of which there is one, is always said;
//! - `host` without a path goes: a volume of no kind is an empty one; a Docker volume of which nothing is said gets its scope;
//! - `awslogs-region`, which AWS demands, is the design's where the options of a container drawn here name none;
//! - tags beside a wrapped definition move into it.
//!
//! Roles are written by ARN where it is known, else by name: both are legal for `taskRoleArn`, and a name is also taken
//! for `executionRoleArn`, though AWS documents an ARN there. `handles_sigterm` is Bayplan's own and is not written.
//!
//! An execution role that an import assumed is not written before it has an ARN: nobody said that it exists.
//! Compatibilities, network mode and sizes that an import assumed are not written: the file had none. Nor is an image that
//! stands in for one that no file named.
//!
//! Source: ECS API, `RegisterTaskDefinition` (botocore 1.44.5); ECS Developer Guide, "Task definition parameters".

mod around;
mod containers_alone;
mod read;
mod read_container;
mod write;
mod write_container;

use crate::design::container::{LogConfiguration, LogDriver};

pub use read::read;
pub use write::{write, write_all};

/// The log driver option for the region of a log group, which AWS demands.
const LOG_REGION_OPTION: &str = "awslogs-region";

/// Whether a container writes to a log group and does not say in which region that is.
fn lacks_region(log: &LogConfiguration) -> bool {
    log.driver == LogDriver::Awslogs && log.log_group.is_some() && !log.options.contains_key(LOG_REGION_OPTION)
}

/// The image of a container whose file names none.
const STAND_IN: &str = "IMAGE_NOT_NAMED";

/// The log driver option that names a log group: drawn as a reference, not kept as text.
const LOG_GROUP_OPTION: &str = "awslogs-group";

#[cfg(test)]
mod tests;
