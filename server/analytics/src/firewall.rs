//! Which SQL is let through: exactly one reading query over known tables, of bounded size and shape.
//!
//! The rules are pure and judge the engine's own syntax tree, so what is judged is what runs.

use crate::functions;
use datafusion::sql::sqlparser::{
    ast::{
        BinaryOperator, Expr, Function, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Statement,
        TableFactor, Value, ValueWithSpan, Visit, Visitor,
    },
    dialect::GenericDialect,
    parser::{Parser, ParserError},
    tokenizer::Tokenizer,
};
use penny_ports::analytics::QueryError;
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

/// Longest query text, in bytes.
const MAX_SQL_BYTES: usize = 20_000;
/// Most tokens; bounds every chain the parser builds without recursion.
const MAX_TOKENS: usize = 4_000;
/// Deepest nesting the parser follows.
const MAX_PARSE_DEPTH: usize = 48;
/// Deepest expression, counted over chains of operators too.
const MAX_EXPR_DEPTH: usize = 256;
/// Most SELECTs in one query.
const MAX_SELECTS: usize = 64;
/// Most table reads once every common table expression is written out where it is used.
const MAX_TABLE_READS: usize = 64;
/// Most concatenations: each may double a text, and the engine does not count that memory.
const MAX_CONCATENATIONS: usize = 10;

/// A query that was let through.
#[derive(Debug)]
pub struct Judged {
    /// The tree to plan from.
    pub statement: Statement,
    /// The parameters it names, without the dollar sign.
    pub params: HashSet<String>,
}

/// Parses the text and lets one bounded reading query over `tables` through.
///
/// # Errors
/// [`QueryError::Invalid`] when it does not parse or names an unknown table, [`QueryError::Refused`]
/// when it breaks a rule.
pub fn judge(sql: &str, tables: &[&str]) -> Result<Judged, QueryError> {
    let statement = parse(sql)?;
    let Statement::Query(query) = &statement else {
        return refuse("only a SELECT may be run");
    };
    let mut judge = Judge { tables, ..Judge::default() };
    if let ControlFlow::Break(verdict) = query.visit(&mut judge) {
        return Err(*verdict);
    }
    judge.judge_reads()?;
    Ok(Judged { params: judge.params, statement })
}

fn refuse<T>(reason: &'static str) -> Result<T, QueryError> {
    Err(QueryError::Refused { reason })
}

fn parse(sql: &str) -> Result<Statement, QueryError> {
    if sql.len() > MAX_SQL_BYTES {
        return refuse("the query is too long");
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(|error| QueryError::Invalid { detail: crate::failure::clip(&error.to_string()) })?;
    if tokens.len() > MAX_TOKENS {
        return refuse("the query is too long");
    }
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(MAX_PARSE_DEPTH)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => {
                QueryError::Refused { reason: "the query is nested too deeply" }
            }
            ParserError::ParserError(detail) | ParserError::TokenizerError(detail) => {
                QueryError::Invalid { detail: crate::failure::clip(&detail) }
            }
        })?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (None, _) => Err(QueryError::Invalid { detail: "there is no query".to_owned() }),
        (Some(_), false) => refuse("only one statement may be run"),
    }
}

/// Writes a name as the engine compares it: unquoted names in lower case.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

/// Collects facts on the walk and stops at the first broken rule.
#[derive(Default)]
struct Judge<'a> {
    tables: &'a [&'a str],
    selects: usize,
    concatenations: usize,
    depth: usize,
    params: HashSet<String>,
    /// What each common table expression reads, in its own words.
    expressions: HashMap<String, Vec<String>>,
    /// What the whole query reads.
    reads: Vec<String>,
}

type Step = ControlFlow<Box<QueryError>>;

fn stop(reason: &'static str) -> Step {
    ControlFlow::Break(Box::new(QueryError::Refused { reason }))
}

impl Visitor for Judge<'_> {
    type Break = Box<QueryError>;

    fn pre_visit_query(&mut self, query: &Query) -> Step {
        if !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return stop("locks, settings, formats and pipes are not part of a query here");
        }
        self.judge_body(&query.body)?;
        self.judge_with(query)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Step {
        self.selects += 1;
        if self.selects > MAX_SELECTS {
            return stop("the query has too many parts");
        }
        if select.into.is_some() {
            return stop("a query may not write");
        }
        if !select.lateral_views.is_empty() || !select.connect_by.is_empty() {
            return stop("lateral views and CONNECT BY are not supported");
        }
        Step::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Step {
        match factor {
            TableFactor::Table { args: None, version: None, json_path: None, sample: None, .. }
            | TableFactor::Derived { lateral: false, sample: None, .. }
            | TableFactor::NestedJoin { .. } => Step::Continue(()),
            _ => stop("only tables and subqueries may be read from"),
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Step {
        match relation.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => {
                self.reads.push(folded(name));
                Step::Continue(())
            }
            _ => stop("tables are named without a schema"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Step {
        self.depth += 1;
        if self.depth > MAX_EXPR_DEPTH {
            return stop("the query is nested too deeply");
        }
        match expr {
            Expr::Function(function) => self.judge_function(function)?,
            Expr::BinaryOp { op: BinaryOperator::StringConcat, .. } => self.concatenations += 1,
            _ => {}
        }
        if self.concatenations > MAX_CONCATENATIONS {
            return stop("the query joins texts too often");
        }
        Step::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> Step {
        self.depth = self.depth.saturating_sub(1);
        Step::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Step {
        if let Value::Placeholder(name) = &value.value {
            match name.strip_prefix('$') {
                Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
                    self.params.insert(name.to_owned());
                }
                _ => return stop("parameters have names, like $from"),
            }
        }
        Step::Continue(())
    }
}

impl Judge<'_> {
    fn judge_body(&self, body: &SetExpr) -> Step {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => Step::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                self.judge_body(left)?;
                self.judge_body(right)
            }
            _ => stop("a query may not write"),
        }
    }

    /// Notes what each common table expression reads. Recursion is refused, and so is a name used
    /// twice: then a name means one thing and [`Judge::judge_reads`] can count.
    fn judge_with(&mut self, query: &Query) -> Step {
        let Some(with) = &query.with else { return Step::Continue(()) };
        if with.recursive {
            return stop("a query may not call itself");
        }
        for expression in &with.cte_tables {
            let name = folded(&expression.alias.name);
            if self.tables.contains(&name.as_str()) || self.expressions.contains_key(&name) {
                return stop("two tables have the same name");
            }
            let mut reads = Reads::default();
            let _ = expression.query.visit(&mut reads);
            self.expressions.insert(name, reads.0);
        }
        Step::Continue(())
    }

    fn judge_function(&mut self, function: &Function) -> Step {
        let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else {
            return stop("functions are named without a schema");
        };
        let name = folded(name);
        if !functions::is_known(&name) {
            return stop("the query calls a function that is not available");
        }
        if name.starts_with("concat") {
            let arguments = match &function.args {
                datafusion::sql::sqlparser::ast::FunctionArguments::List(list) => list.args.len(),
                _ => 0,
            };
            self.concatenations += arguments.saturating_sub(1);
        }
        Step::Continue(())
    }

    /// Checks every name and counts how often tables are read once common table expressions are
    /// written out: the planner does that, and twenty that each read the one before twice are a
    /// million reads.
    fn judge_reads(&self) -> Result<(), QueryError> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut total = 0_usize;
        for name in &self.reads {
            total = total.saturating_add(self.cost(name, &mut known, 0)?);
        }
        if total > MAX_TABLE_READS { refuse("the query reads tables too often") } else { Ok(()) }
    }

    fn cost<'s>(
        &'s self,
        name: &'s str,
        known: &mut HashMap<&'s str, usize>,
        depth: usize,
    ) -> Result<usize, QueryError> {
        if let Some(cost) = known.get(name) {
            return Ok(*cost);
        }
        if depth > MAX_SELECTS {
            return refuse("a query may not call itself");
        }
        let cost = match self.expressions.get(name) {
            None if self.tables.contains(&name) => 1,
            None => {
                return Err(QueryError::Invalid {
                    detail: crate::failure::clip(&format!("there is no table {name}")),
                });
            }
            Some(reads) => {
                let mut sum = 1_usize;
                for read in reads {
                    sum = sum.saturating_add(self.cost(read, known, depth + 1)?);
                }
                sum
            }
        };
        known.insert(name, cost);
        Ok(cost)
    }
}

/// The names a part of a query reads.
#[derive(Default)]
struct Reads(Vec<String>);

impl Visitor for Reads {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        if let Some(ObjectNamePart::Identifier(name)) = relation.0.last() {
            self.0.push(folded(name));
        }
        ControlFlow::Continue(())
    }
}
