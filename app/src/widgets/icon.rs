//! The icons of the program: Phosphor's line set, by what they mean here.
//!
//! Each is one character of the icon font, which `theme::install` puts behind the letters, so an icon may stand in any
//! text: `format!("{} Open…", icon::OPEN)`. An icon alone needs an accessible name beside it.

// Places and files.
pub const DESIGN: char = '\u{eda0}'; // blueprint
pub const RUN: char = '\u{e3d0}'; // play
pub const COMPARE: char = '\u{e750}'; // scales
pub const BILL: char = '\u{e3ec}'; // receipt
pub const REPORT: char = '\u{e23a}'; // file-text
pub const HOME: char = '\u{e2c2}'; // house
pub const NEW: char = '\u{e236}'; // file-plus
pub const OPEN: char = '\u{e256}'; // folder-open
pub const SAVE: char = '\u{e248}'; // floppy-disk
pub const IMPORT: char = '\u{e20c}'; // download-simple
pub const EXPORT: char = '\u{eaf0}'; // export
pub const FILE: char = '\u{e914}'; // file-code

// Editing.
pub const UNDO: char = '\u{e08a}'; // arrow-u-up-left
pub const REDO: char = '\u{e08c}'; // arrow-u-up-right
pub const PLUS: char = '\u{e3d4}'; // plus
pub const MINUS: char = '\u{e32a}'; // minus
pub const TRASH: char = '\u{e4a6}'; // trash
pub const COPY: char = '\u{e1ca}'; // copy
pub const EDIT: char = '\u{e34c}'; // note-pencil
pub const SEARCH: char = '\u{e30c}'; // magnifying-glass
pub const FILTER: char = '\u{e266}'; // funnel
pub const PIN: char = '\u{e3e2}'; // push-pin
pub const NOTE: char = '\u{e348}'; // note
pub const TAG: char = '\u{e478}'; // tag
pub const LINK: char = '\u{e2e2}'; // link
pub const EYE: char = '\u{e220}'; // eye
pub const EYE_OFF: char = '\u{e224}'; // eye-slash
pub const LOCK: char = '\u{e308}'; // lock-simple
pub const COMMAND: char = '\u{e1c4}'; // command
pub const KEYBOARD: char = '\u{e2d8}'; // keyboard
pub const GEAR: char = '\u{e270}'; // gear
pub const SLIDERS: char = '\u{e434}'; // sliders-horizontal
pub const WRENCH: char = '\u{e5d4}'; // wrench
pub const SELECT: char = '\u{e1dc}'; // cursor
pub const FIT: char = '\u{e1d0}'; // corners-out
pub const SIDEBAR: char = '\u{ec24}'; // sidebar-simple
pub const MORE: char = '\u{e1fe}'; // dots-three
pub const LIST: char = '\u{e2f2}'; // list-bullets
pub const TABLE: char = '\u{e476}'; // table

// Findings and answers.
pub const WARNING: char = '\u{e4e0}'; // warning
pub const ERROR: char = '\u{e4f8}'; // x-circle
pub const INFO: char = '\u{e2ce}'; // info
pub const ADVICE: char = '\u{e2dc}'; // lightbulb
pub const CHECK: char = '\u{e182}'; // check
pub const OK: char = '\u{e184}'; // check-circle
pub const X: char = '\u{e4f6}'; // x
pub const QUESTION: char = '\u{e3e8}'; // question
pub const PROHIBIT: char = '\u{e3de}'; // prohibit
pub const COMPASS: char = '\u{e1c8}'; // compass

// Time and running.
pub const PLAY: char = '\u{e3d0}'; // play
pub const PAUSE: char = '\u{e39e}'; // pause
pub const STOP: char = '\u{e46c}'; // stop
pub const SKIP_BACK: char = '\u{e5a4}'; // skip-back
pub const SKIP_FORWARD: char = '\u{e5a6}'; // skip-forward
pub const CLOCK: char = '\u{e19a}'; // clock
pub const TIMER: char = '\u{e492}'; // timer
pub const CALENDAR: char = '\u{e108}'; // calendar
pub const HOURGLASS: char = '\u{e2b8}'; // hourglass-medium
pub const REPEAT: char = '\u{e3f6}'; // repeat
pub const SEED: char = '\u{e1ee}'; // dice-five
pub const SCENARIO: char = '\u{e79e}'; // flask
pub const FAULT: char = '\u{e2e0}'; // lightning-slash
pub const SCALING: char = '\u{e156}'; // chart-line-up
pub const DEPLOYMENT: char = '\u{e3fe}'; // rocket-launch
pub const REPLACEMENT: char = '\u{e094}'; // arrows-clockwise
pub const CHART: char = '\u{e150}'; // chart-bar
pub const TREND_UP: char = '\u{e4ae}'; // trend-up
pub const TREND_DOWN: char = '\u{e4ac}'; // trend-down
pub const MONEY: char = '\u{e78e}'; // coins

// What is drawn.
pub const SERVICE: char = '\u{e466}'; // stack
pub const DAEMON: char = '\u{e468}'; // stack-simple
pub const TASK: char = '\u{e390}'; // package
pub const SCHEDULE: char = '\u{e712}'; // calendar-check
pub const BALANCER: char = '\u{e67c}'; // tree-structure
pub const API_GATEWAY: char = '\u{e1aa}'; // cloud
pub const NAT: char = '\u{e5de}'; // arrow-square-out
pub const ENDPOINT: char = '\u{eb5a}'; // plugs-connected
pub const GATEWAY_ENDPOINT: char = '\u{e946}'; // plug
pub const LATTICE: char = '\u{e408}'; // share-network
pub const VPC: char = '\u{e1da}'; // cube
pub const ZONE: char = '\u{e546}'; // columns
pub const TIER: char = '\u{e5a2}'; // rows
pub const FARGATE: char = '\u{e2de}'; // lightning
pub const INSTANCE: char = '\u{e2a0}'; // hard-drives
pub const SERVER: char = '\u{e548}'; // computer-tower
pub const MANAGED_INSTANCES: char = '\u{e762}'; // robot
pub const ON_PREMISES: char = '\u{e760}'; // factory
pub const CPU: char = '\u{e610}'; // cpu
pub const GPU: char = '\u{e612}'; // graphics-card
pub const LOAD: char = '\u{e68e}'; // users-three
pub const QUEUE: char = '\u{e6ac}'; // queue
pub const DATABASE: char = '\u{e1de}'; // database
pub const BUCKET: char = '\u{e00c}'; // archive
pub const REGISTRY: char = '\u{e390}'; // package
pub const LOGS: char = '\u{e2f4}'; // list-dashes
pub const SECRET: char = '\u{e2d6}'; // key
pub const ROLE: char = '\u{e2c8}'; // identification-card
pub const CERTIFICATE: char = '\u{e766}'; // certificate
pub const FIREWALL: char = '\u{e40c}'; // shield-check
pub const ALARM: char = '\u{e0ce}'; // bell
pub const HEALTH: char = '\u{e2ac}'; // heartbeat
pub const CLOUD: char = '\u{e1aa}'; // cloud
pub const GLOBE: char = '\u{e288}'; // globe
pub const CUBE: char = '\u{e1da}'; // cube
pub const REGION: char = '\u{e316}'; // map-pin
pub const NETWORK: char = '\u{edde}'; // network
pub const TRAFFIC: char = '\u{e39c}'; // path
pub const SPLIT: char = '\u{ed3c}'; // arrows-split
pub const SWAP: char = '\u{e83c}'; // swap

// Directions and looks.
pub const UP: char = '\u{e13c}'; // caret-up
pub const DOWN: char = '\u{e136}'; // caret-down
pub const LEFT: char = '\u{e138}'; // caret-left
pub const RIGHT: char = '\u{e13a}'; // caret-right
pub const ARROW_RIGHT: char = '\u{e06c}'; // arrow-right
pub const ARROW_LEFT: char = '\u{e058}'; // arrow-left
pub const SUN: char = '\u{e472}'; // sun
pub const MOON: char = '\u{e330}'; // moon

/// Every icon above with its name, for tests and for whoever looks for one.
pub const ALL: &[(&str, char)] = &[
    ("DESIGN", DESIGN),
    ("RUN", RUN),
    ("COMPARE", COMPARE),
    ("BILL", BILL),
    ("REPORT", REPORT),
    ("HOME", HOME),
    ("NEW", NEW),
    ("OPEN", OPEN),
    ("SAVE", SAVE),
    ("IMPORT", IMPORT),
    ("EXPORT", EXPORT),
    ("FILE", FILE),
    ("UNDO", UNDO),
    ("REDO", REDO),
    ("PLUS", PLUS),
    ("MINUS", MINUS),
    ("TRASH", TRASH),
    ("COPY", COPY),
    ("EDIT", EDIT),
    ("SEARCH", SEARCH),
    ("FILTER", FILTER),
    ("PIN", PIN),
    ("NOTE", NOTE),
    ("TAG", TAG),
    ("LINK", LINK),
    ("EYE", EYE),
    ("EYE_OFF", EYE_OFF),
    ("LOCK", LOCK),
    ("COMMAND", COMMAND),
    ("KEYBOARD", KEYBOARD),
    ("GEAR", GEAR),
    ("SLIDERS", SLIDERS),
    ("WRENCH", WRENCH),
    ("SELECT", SELECT),
    ("FIT", FIT),
    ("SIDEBAR", SIDEBAR),
    ("MORE", MORE),
    ("LIST", LIST),
    ("TABLE", TABLE),
    ("WARNING", WARNING),
    ("ERROR", ERROR),
    ("INFO", INFO),
    ("ADVICE", ADVICE),
    ("CHECK", CHECK),
    ("OK", OK),
    ("X", X),
    ("QUESTION", QUESTION),
    ("PROHIBIT", PROHIBIT),
    ("COMPASS", COMPASS),
    ("PLAY", PLAY),
    ("PAUSE", PAUSE),
    ("STOP", STOP),
    ("SKIP_BACK", SKIP_BACK),
    ("SKIP_FORWARD", SKIP_FORWARD),
    ("CLOCK", CLOCK),
    ("TIMER", TIMER),
    ("CALENDAR", CALENDAR),
    ("HOURGLASS", HOURGLASS),
    ("REPEAT", REPEAT),
    ("SEED", SEED),
    ("SCENARIO", SCENARIO),
    ("FAULT", FAULT),
    ("SCALING", SCALING),
    ("DEPLOYMENT", DEPLOYMENT),
    ("REPLACEMENT", REPLACEMENT),
    ("CHART", CHART),
    ("TREND_UP", TREND_UP),
    ("TREND_DOWN", TREND_DOWN),
    ("MONEY", MONEY),
    ("SERVICE", SERVICE),
    ("DAEMON", DAEMON),
    ("TASK", TASK),
    ("SCHEDULE", SCHEDULE),
    ("BALANCER", BALANCER),
    ("API_GATEWAY", API_GATEWAY),
    ("NAT", NAT),
    ("ENDPOINT", ENDPOINT),
    ("GATEWAY_ENDPOINT", GATEWAY_ENDPOINT),
    ("LATTICE", LATTICE),
    ("VPC", VPC),
    ("ZONE", ZONE),
    ("TIER", TIER),
    ("FARGATE", FARGATE),
    ("INSTANCE", INSTANCE),
    ("SERVER", SERVER),
    ("MANAGED_INSTANCES", MANAGED_INSTANCES),
    ("ON_PREMISES", ON_PREMISES),
    ("CPU", CPU),
    ("GPU", GPU),
    ("LOAD", LOAD),
    ("QUEUE", QUEUE),
    ("DATABASE", DATABASE),
    ("BUCKET", BUCKET),
    ("REGISTRY", REGISTRY),
    ("LOGS", LOGS),
    ("SECRET", SECRET),
    ("ROLE", ROLE),
    ("CERTIFICATE", CERTIFICATE),
    ("FIREWALL", FIREWALL),
    ("ALARM", ALARM),
    ("HEALTH", HEALTH),
    ("CLOUD", CLOUD),
    ("GLOBE", GLOBE),
    ("CUBE", CUBE),
    ("REGION", REGION),
    ("NETWORK", NETWORK),
    ("TRAFFIC", TRAFFIC),
    ("SPLIT", SPLIT),
    ("SWAP", SWAP),
    ("UP", UP),
    ("DOWN", DOWN),
    ("LEFT", LEFT),
    ("RIGHT", RIGHT),
    ("ARROW_RIGHT", ARROW_RIGHT),
    ("ARROW_LEFT", ARROW_LEFT),
    ("SUN", SUN),
    ("MOON", MOON),
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_icon_is_in_the_font() {
        let context = egui::Context::default();
        crate::widgets::theme::install(&context);
        let mut missing = Vec::new();
        context.begin_pass(egui::RawInput::default());
        context.fonts_mut(|fonts| {
            let font = egui::FontId::proportional(16.0);
            missing.extend(ALL.iter().filter(|icon| !fonts.has_glyph(&font, icon.1)).map(|icon| icon.0));
        });
        context.end_pass().textures_delta.clear();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
