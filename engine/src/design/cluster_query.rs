//! The cluster query language of `memberOf` constraints, parsed (rules CQL-01 to CQL-07).
//!
//! In: the text of an expression. Out: a tree whose every test has a subject, an operator that the subject takes and a
//! value of its kind, or the first thing that is wrong and its column. What a query holds for is asked elsewhere: nothing
//! here knows an instance.
//!
//! Source: ECS Developer Guide, "Cluster query language" (read 2026-10).

use crate::units::CalendarTime;
use regex::Regex;

/// The longest expression. Source: ECS API, `PlacementConstraint.expression` (rule CQL-07).
const MAX_CHARACTERS: usize = 2_000;

/// Parentheses inside parentheses that are read; AWS names no limit, and more would be no query of a person.
const MAX_DEPTH: u32 = 32;

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}")]
pub struct QueryError {
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong there, and what would be right.
    pub what: String,
}

/// A parsed expression. Equal when their texts are.
#[derive(Debug, Clone)]
pub struct ClusterQuery {
    text: String,
    root: Node,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub enum Node {
    /// One of them holds.
    Or(Vec<Node>),
    /// All of them hold.
    And(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A single test.
    Test(Test),
}

/// A test of one subject.
#[derive(Debug, Clone)]
pub enum Test {
    /// `agentConnected`, compared as `true` or `false`.
    AgentConnected(Words),
    /// `agentVersion`, compared by its numbers.
    AgentVersion(Comparison, Vec<u32>),
    /// `attribute:` and a name.
    Attribute(String, Words),
    /// `ec2InstanceId`.
    Ec2InstanceId(Words),
    /// `registeredAt`, in seconds since 1970-01-01T00:00Z.
    RegisteredAt(Comparison, i64),
    /// `runningTasksCount`.
    RunningTasksCount(Comparison, u32),
    /// `task:group`: the groups of the tasks that run there.
    TaskGroup(Words),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
}

/// A test of text.
#[derive(Debug, Clone)]
pub enum Words {
    /// Compared with a value.
    Compare(Comparison, String),
    /// One of a list.
    In(Vec<String>),
    /// None of a list.
    NotIn(Vec<String>),
    /// The whole value has the pattern.
    Matches(Regex),
    /// The value has another pattern.
    NotMatches(Regex),
    /// There is a value.
    Exists,
    /// There is none.
    NotExists,
}

impl Comparison {
    /// Whether it holds of values that stand so to each other.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
        }
    }
}

impl PartialEq for ClusterQuery {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for ClusterQuery {}

impl ClusterQuery {
    /// Parses an expression.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser { chars: text.chars().collect(), at: 0, depth: 0 };
        if parser.chars.len() > MAX_CHARACTERS {
            let what =
                format!("an expression has at most {MAX_CHARACTERS} characters, this one {}", parser.chars.len());
            return Err(QueryError { column: MAX_CHARACTERS + 1, what });
        }
        let root = parser.or()?;
        parser.skip_space();
        match parser.peek() {
            None => Ok(Self { text: text.to_owned(), root }),
            Some(c) => Err(parser.wrong(format!("expected `and`, `or` or the end, not `{c}`"))),
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its tree.
    pub const fn root(&self) -> &Node {
        &self.root
    }

    /// Whether it looks at attributes alone: it then holds for all instances with the same attributes, or for none.
    pub fn is_of_attributes(&self) -> bool {
        fn of(node: &Node) -> bool {
            match node {
                Node::Or(nodes) | Node::And(nodes) => nodes.iter().all(of),
                Node::Not(node) => of(node),
                Node::Test(test) => matches!(test, Test::Attribute(..)),
            }
        }
        of(&self.root)
    }
}

/// The numbers of a version: `1.14.5` is 1, 14, 5; `None` if a part is no number.
pub fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

/// Seconds since 1970-01-01T00:00Z of an instant.
pub fn seconds(time: CalendarTime) -> i64 {
    let epoch = CalendarTime::try_from("1970-01-01T00:00Z".to_owned()).expect("the epoch is a time");
    time.minutes_since(epoch) * 60
}

/// An operator, as written.
#[derive(Debug, Clone, Copy)]
enum Operator {
    Compare(Comparison),
    In(bool),
    Matches(bool),
    Exists(bool),
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: u32,
}

/// What a bare word may hold besides letters and digits, where it is a subject or an operator in words.
const IN_SUBJECTS: &str = ":._-/\\";

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn wrong_at(at: usize, what: impl Into<String>) -> QueryError {
        QueryError { column: at + 1, what: what.into() }
    }

    fn wrong(&self, what: impl Into<String>) -> QueryError {
        Self::wrong_at(self.at, what)
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Takes a symbol if it stands here.
    fn symbol(&mut self, symbol: &str) -> bool {
        self.skip_space();
        let here = self.chars[self.at..].iter().copied().take(symbol.len()).eq(symbol.chars());
        if here {
            self.at += symbol.len();
        }
        here
    }

    /// Takes a word if it stands here, whole.
    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let after = self.chars.get(self.at + word.len());
        let ends = after.is_none_or(|c| !c.is_alphanumeric() && !IN_SUBJECTS.contains(*c));
        ends && self.symbol(word)
    }

    fn or(&mut self) -> Result<Node, QueryError> {
        let mut nodes = vec![self.and()?];
        while self.symbol("||") || self.word("or") {
            nodes.push(self.and()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Or(nodes) })
    }

    fn and(&mut self) -> Result<Node, QueryError> {
        let mut nodes = vec![self.unary()?];
        while self.symbol("&&") || self.word("and") {
            nodes.push(self.unary()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
    }

    fn unary(&mut self) -> Result<Node, QueryError> {
        if self.word("not") || self.symbol("!") {
            if !self.symbol("(") {
                return Err(self.wrong("expected `(` after `not`: parentheses hold what is negated"));
            }
            return Ok(Node::Not(Box::new(self.group()?)));
        }
        if self.symbol("(") { self.group() } else { Ok(Node::Test(self.test()?)) }
    }

    /// What stands in parentheses, after the opening one.
    fn group(&mut self) -> Result<Node, QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(format!("parentheses stand at most {MAX_DEPTH} deep")));
        }
        let node = self.or()?;
        if !self.symbol(")") {
            return Err(self.wrong("expected `)`"));
        }
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Test, QueryError> {
        self.skip_space();
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || IN_SUBJECTS.contains(c)) {
            self.at += 1;
        }
        let subject: String = self.chars[start..self.at].iter().collect();
        self.skip_space();
        let operator_at = self.at;
        let known = matches!(
            subject.as_str(),
            "agentConnected" | "agentVersion" | "ec2InstanceId" | "registeredAt" | "runningTasksCount" | "task:group"
        );
        let attribute = subject.strip_prefix("attribute:").filter(|name| !name.is_empty());
        if !known && attribute.is_none() {
            let what = "expected a subject: attribute:NAME, agentConnected, agentVersion, ec2InstanceId, registeredAt, \
                        runningTasksCount or task:group";
            return Err(Self::wrong_at(start, what));
        }
        let operator = self.operator()?;
        if let Some(name) = attribute {
            return Ok(Test::Attribute(name.to_owned(), self.words(operator)?));
        }
        let orders = matches!(operator, Operator::Compare(_));
        let equality = matches!(operator, Operator::Compare(Comparison::Equal | Comparison::NotEqual));
        let exists = matches!(operator, Operator::Exists(_));
        let refuse = |takes: &str| Err(Self::wrong_at(operator_at, format!("{subject} takes {takes}")));
        match subject.as_str() {
            "agentConnected" | "ec2InstanceId" => {
                if exists || (orders && !equality) {
                    return refuse("==, !=, in, not_in, matches and not_matches");
                }
                let words = self.words(operator)?;
                Ok(if subject == "ec2InstanceId" { Test::Ec2InstanceId(words) } else { Test::AgentConnected(words) })
            }
            "task:group" => Ok(Test::TaskGroup(self.words(operator)?)),
            _ => match operator {
                Operator::Compare(comparison) => self.measured(&subject, comparison),
                Operator::In(_) | Operator::Matches(_) | Operator::Exists(_) => refuse("==, !=, >, >=, < and <="),
            },
        }
    }

    /// The rest of a test of a subject that is no text.
    fn measured(&mut self, subject: &str, comparison: Comparison) -> Result<Test, QueryError> {
        let (value, at) = self.value()?;
        let wants = |kind: &str| Self::wrong_at(at, format!("`{value}` is no {kind}"));
        match subject {
            "agentVersion" => {
                let numbers = version(&value).ok_or_else(|| wants("version like 1.14.5"))?;
                Ok(Test::AgentVersion(comparison, numbers))
            }
            "registeredAt" => {
                let time = instant(&value).ok_or_else(|| wants("date like 2018-06-18 or 2018-06-18T22:28:28Z"))?;
                Ok(Test::RegisteredAt(comparison, time))
            }
            _ => {
                let count = value.parse().ok().ok_or_else(|| wants("whole number"))?;
                Ok(Test::RunningTasksCount(comparison, count))
            }
        }
    }

    fn operator(&mut self) -> Result<Operator, QueryError> {
        use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        const SYMBOLS: [(&str, Operator); 10] = [
            ("==", Operator::Compare(Equal)),
            ("!=", Operator::Compare(NotEqual)),
            (">=", Operator::Compare(GreaterEqual)),
            ("<=", Operator::Compare(LessEqual)),
            (">", Operator::Compare(Greater)),
            ("<", Operator::Compare(Less)),
            ("=~", Operator::Matches(true)),
            ("!~", Operator::Matches(false)),
            ("!in", Operator::In(false)),
            ("!exists", Operator::Exists(false)),
        ];
        const WORDS: [(&str, Operator); 12] = [
            ("equals", Operator::Compare(Equal)),
            ("not_equals", Operator::Compare(NotEqual)),
            ("greater_than_equal", Operator::Compare(GreaterEqual)),
            ("greater_than", Operator::Compare(Greater)),
            ("less_than_equal", Operator::Compare(LessEqual)),
            ("less_than", Operator::Compare(Less)),
            ("matches", Operator::Matches(true)),
            ("not_matches", Operator::Matches(false)),
            ("in", Operator::In(true)),
            ("not_in", Operator::In(false)),
            ("exists", Operator::Exists(true)),
            ("not_exists", Operator::Exists(false)),
        ];
        for (text, operator) in SYMBOLS {
            if self.symbol(text) {
                return Ok(operator);
            }
        }
        for (text, operator) in WORDS {
            if self.word(text) {
                return Ok(operator);
            }
        }
        Err(self.wrong("expected an operator: ==, !=, >, >=, <, <=, =~, !~, in, !in, exists or !exists"))
    }

    fn words(&mut self, operator: Operator) -> Result<Words, QueryError> {
        match operator {
            Operator::Compare(comparison) => Ok(Words::Compare(comparison, self.value()?.0)),
            Operator::Exists(true) => Ok(Words::Exists),
            Operator::Exists(false) => Ok(Words::NotExists),
            Operator::In(is) => {
                let values = self.list()?;
                Ok(if is { Words::In(values) } else { Words::NotIn(values) })
            }
            Operator::Matches(is) => {
                let (pattern, at) = self.value()?;
                // Java's `matches` wants the whole value.
                let regex = Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|error| {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
                    Self::wrong_at(at, format!("`{pattern}` is no pattern that Bayplan reads: {why}"))
                })?;
                Ok(if is { Words::Matches(regex) } else { Words::NotMatches(regex) })
            }
        }
    }

    fn list(&mut self) -> Result<Vec<String>, QueryError> {
        if !self.symbol("[") {
            return Err(self.wrong("expected `[`: a list stands in brackets"));
        }
        let mut values = vec![self.value()?.0];
        while self.symbol(",") {
            values.push(self.value()?.0);
        }
        if self.symbol("]") { Ok(values) } else { Err(self.wrong("expected `,` or `]`")) }
    }

    /// A value and where it begins: bare up to a space, comma, bracket or parenthesis, or quoted.
    fn value(&mut self) -> Result<(String, usize), QueryError> {
        self.skip_space();
        let start = self.at;
        if let Some(quote) = self.peek().filter(|c| matches!(c, '\'' | '"')) {
            let inside = self.at + 1;
            let length = self.chars[inside..].iter().position(|c| *c == quote);
            let length = length.ok_or_else(|| self.wrong(format!("the quote {quote} is never closed")))?;
            self.at = inside + length + 1;
            return Ok((self.chars[inside..inside + length].iter().collect(), start));
        }
        while self.peek().is_some_and(|c| !c.is_whitespace() && !",[]()".contains(c)) {
            self.at += 1;
        }
        if start == self.at {
            return Err(self.wrong("expected a value"));
        }
        Ok((self.chars[start..self.at].iter().collect(), start))
    }
}

/// Seconds since 1970 of `2018-06-18`, with a time and a zone if they are given; without a zone it is UTC.
fn instant(text: &str) -> Option<i64> {
    let midnight = |date: &str| CalendarTime::try_from(format!("{date}T00:00Z")).ok().map(seconds);
    let Some((date, time)) = text.split_once('T') else { return midnight(text) };
    let (time, offset) = if let Some(time) = time.strip_suffix('Z') {
        (time, 0)
    } else if let Some(place) = time.find(['+', '-']) {
        let (hours, minutes) = time[place + 1..].split_once(':')?;
        let minutes = bounded(hours, 24)? * 60 + bounded(minutes, 60)?;
        (&time[..place], if time[place..].starts_with('-') { -minutes } else { minutes })
    } else {
        (time, 0)
    };
    let mut parts = time.split(':');
    let (hour, minute) = (bounded(parts.next()?, 24)?, bounded(parts.next()?, 60)?);
    let second = parts.next().map_or(Some(0), |part| bounded(part.split('.').next()?, 60))?;
    if parts.next().is_some() {
        return None;
    }
    Some(midnight(date)? + hour * 3600 + minute * 60 + second - offset * 60)
}

fn bounded(text: &str, below: i64) -> Option<i64> {
    text.parse().ok().filter(|n| (0..below).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cql_01_and_04_the_guides_examples_parse() {
        for text in [
            "attribute:ecs.instance-type == t2.small",
            "attribute:ecs.instance-type =~ g2.*",
            "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
            "attribute:ecs.availability-zone != us-east-1d",
            "task:group == service:production",
            "not(task:group == database)",
            "!(task:group equals 'a b')",
            "runningTasksCount == 1",
            "ec2InstanceId in ['i-abcd1234', 'i-wxyz7890']",
            "agentConnected == true and runningTasksCount < 3",
            "(attribute:ecs.instance-type =~ t2.* or attribute:ecs.instance-type == t3.small) and attribute:ecs.os-type == linux",
            "attribute:stack !exists || attribute:stack not_in [prod,\"pre prod\"]",
            "registeredAt >= 2018-06-18T22:28:28+00:00 && agentVersion greater_than_equal 1.14.5",
            "attribute:a/b\\c exists",
        ] {
            assert!(ClusterQuery::parse(text).is_ok(), "{text}: {:?}", ClusterQuery::parse(text).err());
        }
    }

    #[track_caller]
    fn refuses(text: &str, column: usize, word: &str) {
        let error = ClusterQuery::parse(text).expect_err(text);
        assert!(error.column == column && error.what.contains(word), "{text}: {error}");
    }

    #[test]
    fn cql_03_and_07_what_is_wrong_is_named_with_its_column() {
        refuses("", 1, "subject");
        refuses("attribute: == x", 1, "subject");
        refuses("zone == a", 1, "subject");
        refuses("attribute:a = x", 13, "operator");
        refuses("attribute:a ==", 15, "value");
        refuses("attribute:a in x", 16, "[");
        refuses("attribute:a in [x y]", 19, "]");
        refuses("not attribute:a exists", 5, "(");
        refuses("(attribute:a exists", 20, ")");
        refuses("attribute:a exists attribute:b exists", 20, "and");
        refuses("attribute:a == 'x", 16, "closed");
        refuses("agentConnected > true", 16, "==");
        refuses("ec2InstanceId exists", 15, "==");
        refuses("runningTasksCount in [1]", 19, "==");
        refuses("runningTasksCount == many", 22, "whole number");
        refuses("agentVersion < 1.x", 16, "version");
        refuses("registeredAt < 2018-02-30", 16, "date");
        refuses("attribute:a =~ g2(*", 18, "and");
        refuses("attribute:a =~ '(?=x)'", 16, "pattern");
        refuses(&format!("attribute:a == {}", "x".repeat(1_986)), 2_001, "2001");
        assert!(ClusterQuery::parse(&format!("attribute:a == {}", "x".repeat(1_985))).is_ok());
        refuses(&format!("{}attribute:a exists", "(".repeat(500)), 34, "deep");
    }

    #[test]
    fn cql_02_instants_know_their_zone() {
        // 2018-02-13T00:00Z is 1,518,480,000 s after 1970 (17,575 days).
        assert_eq!(instant("2018-02-13"), Some(1_518_480_000));
        assert_eq!(instant("2018-02-12T23:59:59Z"), Some(1_518_479_999));
        assert_eq!(instant("2018-02-13T02:00:00+02:00"), Some(1_518_480_000));
        assert_eq!(instant("2018-02-12T19:00-05:00"), Some(1_518_480_000));
        for text in ["2018-2-30", "2018-02-13T24:00Z", "2018-02-13T1:2:3:4Z", "2018-02-13T", "x"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn cql_01_not_binds_before_and_before_or() {
        let query =
            ClusterQuery::parse("attribute:a exists or attribute:b exists and not(attribute:c exists)").unwrap();
        let Node::Or(either) = query.root() else { panic!("{query:?}") };
        assert!(
            matches!(&either[..], [Node::Test(_), Node::And(both)] if matches!(both[..], [Node::Test(_), Node::Not(_)]))
        );
        assert!(query.is_of_attributes());
        assert!(!ClusterQuery::parse("attribute:a exists or runningTasksCount < 2").unwrap().is_of_attributes());
    }
}
