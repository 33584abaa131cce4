//! Loading from files that are right and files that are wrong.

use swarmpulse_rules::RuleKind;

use super::*;

struct World {
    root: tempfile::TempDir,
    config: Config,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        let path = |name: &str| root.path().join(name).to_string_lossy().into_owned();
        config.rules.files = vec![path("*.rules.yaml")];
        config.alerts.file = path("alerts.yaml");
        let world = Self { root, config };
        world.write(
            "alerts.yaml",
            "route: {receiver: team}\nreceivers: [{name: team}]\n",
        );
        world
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root.path().join(name), text).unwrap();
    }

    fn reread(&self) -> Reread {
        let config = self.config.clone();
        Arc::new(move || Ok(config.clone()))
    }

    fn load(&self) -> Result<Loaded, String> {
        let loading = Loading::new(self.reread(), &Environment::default(), Arc::default());
        loading.load().map_err(|error| error.0)
    }
}

#[test]
fn what_ships_holds_and_can_be_switched_off_or_replaced() {
    let mut world = World::new();
    let loaded = world.load().unwrap();
    let alerts = |loaded: &Loaded| -> Vec<(String, String)> {
        let rules = loaded
            .rules
            .iter()
            .flat_map(|file| file.groups.iter().map(move |group| (file, group)));
        rules
            .flat_map(|(file, group)| {
                group
                    .rules
                    .iter()
                    .map(move |rule| (file.name.clone(), rule.name().to_owned()))
            })
            .filter(|(file, _)| !file.starts_with("slo/"))
            .collect()
    };
    let shipped = alerts(&loaded);
    assert!(shipped.len() > 10, "{shipped:?}");
    assert!(loaded.rules.iter().any(|file| file.name.starts_with("slo/")));
    let name = shipped[0].1.clone();
    world.config.rules.off = vec![name.clone()];
    let without = alerts(&world.load().unwrap());
    assert!(without.iter().all(|(_, other)| *other != name));
    world.config.rules.off.clear();
    world.write(
        "mine.rules.yaml",
        &format!("groups: [{{name: g, rules: [{{alert: {name}, expr: 'up == 0'}}]}}]\n"),
    );
    let replaced = alerts(&world.load().unwrap());
    let found: Vec<_> = replaced.iter().filter(|(_, other)| *other == name).collect();
    assert_eq!(found.len(), 1);
    assert!(found[0].0.ends_with("mine.rules.yaml"), "{found:?}");
}

#[test]
fn severities_and_waits_of_rules_are_overridden_and_slips_are_met_with_what_was_meant() {
    let mut world = World::new();
    world.write(
        "mine.rules.yaml",
        "groups: [{name: g, rules: [{alert: Mine, expr: 'up == 0'}]}]\n",
    );
    world.config.rules.severity = [("Mine".to_owned(), "info".to_owned())].into();
    world.config.rules.for_s = [("snapshots_stale".to_owned(), 7.0)].into();
    let loaded = world.load().unwrap();
    let find = |name: &str| {
        let groups = loaded.rules.iter().flat_map(|file| &file.groups);
        let mut rules = groups.flat_map(|group| &group.rules);
        rules.find(|rule| rule.name() == name).unwrap().clone()
    };
    assert_eq!(find("Mine").labels[0].value, "info");
    let RuleKind::Alert(stale) = find("snapshots_stale").kind else {
        panic!("it alerts");
    };
    assert_eq!(stale.for_s, 7.0);
    world.config.rules.severity = [("Mime".to_owned(), "info".to_owned())].into();
    world.config.rules.for_s = [("snapshot_stale".to_owned(), 7.0)].into();
    world.config.rules.off = vec!["Mine".to_owned(), "xyzzy".to_owned()];
    let error = world.load().unwrap_err();
    assert_eq!(
        error.lines().collect::<Vec<_>>(),
        [
            "rules.off names \"Mine\", which is a rule of yours: take it out of its file",
            "rules.off names \"xyzzy\", but no shipped rule is called so; `swarmpulse rules list` has them all",
            "rules.severity names \"Mime\", but no rule is called so; did you mean \"Mine\"?",
            "rules.for_s names \"snapshot_stale\", but no rule is called so; did you mean \"snapshots_stale\"?",
        ]
    );
}

#[test]
fn the_configuration_is_read_again_and_what_is_wrong_with_it_changes_nothing() {
    let world = World::new();
    let path = world.root.path().join("swarmpulse.toml");
    let text = |rules: &str| {
        let alerts = &world.config.alerts.file;
        format!("[rules]\n{rules}\n[alerts]\nfile = {alerts:?}\n")
    };
    let file = path.clone();
    let reread = move || Ok(crate::config::load(Some(&file), &Environment::default(), Vec::new())?.config);
    let loading = Loading::new(Arc::new(reread), &Environment::default(), Arc::default());
    let severity_of_stale = |loaded: &Loaded| {
        let groups = loaded.rules.iter().flat_map(|file| &file.groups);
        let rule = groups
            .flat_map(|group| &group.rules)
            .find(|rule| rule.name() == "snapshots_stale");
        let labels = rule.unwrap().labels.clone();
        labels
            .iter()
            .find(|label| label.name == "severity")
            .unwrap()
            .value
            .to_string()
    };
    std::fs::write(&path, text("interval_s = 15")).unwrap();
    assert_eq!(severity_of_stale(&loading.load().unwrap()), "warning");
    std::fs::write(
        &path,
        text("interval_s = 5\nseverity = { snapshots_stale = \"critical\" }"),
    )
    .unwrap();
    let loaded = loading.load().unwrap();
    assert_eq!(
        (severity_of_stale(&loaded), loaded.default_interval_s),
        ("critical".to_owned(), Some(5.0))
    );
    std::fs::write(&path, text("severity = { snapshots_stale = \"loud\" }")).unwrap();
    let error = loading.load().unwrap_err().0;
    assert!(
        error.contains("swarmpulse.toml:2") && error.contains("got the text \"loud\""),
        "{error}"
    );
}

#[test]
fn every_fault_of_every_file_is_told_with_its_line() {
    let mut world = World::new();
    world.config.rules.off = vec!["no_such_rule".to_owned()];
    world.write(
        "a.rules.yaml",
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n",
    );
    world.write(
        "b.rules.yaml",
        "groups:\n- name: g\n  rules:\n  - alert: B\n    exprr: up\n",
    );
    world.write(
        "alerts.yaml",
        "route: {receiver: nobody}\nreceivers: [{name: team}]\n",
    );
    let error = world.load().unwrap_err();
    for part in [
        "a.rules.yaml:5:",
        "b.rules.yaml:5:",
        "alerts.yaml:1:",
        "no_such_rule",
    ] {
        assert!(error.contains(part), "{part} is missing in:\n{error}");
    }
}

#[test]
fn an_objective_is_switched_off_by_its_name_and_on_again_at_a_reload() {
    let mut world = World::new();
    let path = world.root.path().join("own.yaml").to_string_lossy().into_owned();
    world.write(
        "own.yaml",
        "slos:\n- {name: mine, service: s, objective: 99%, window: 1h, good_share: up}\n",
    );
    world.config.slo.files = vec![path];
    world.config.slo.off = vec!["mine".to_owned(), "memory-growth".to_owned()];
    let config = Arc::new(parking_lot::Mutex::new(world.config.clone()));
    let (reread, book) = (Arc::clone(&config), Arc::<ObjectiveBook>::default());
    let reread: Reread = Arc::new(move || Ok(reread.lock().clone()));
    let loading = Loading::new(reread, &Environment::default(), book);
    let files = || {
        let loaded = loading.load().map_err(|error| error.0)?;
        Ok::<_, String>(loaded.rules.into_iter().map(|file| file.name).collect::<Vec<_>>())
    };
    let names = files().unwrap();
    assert!(names.contains(&"slo/memory-handles".to_owned()));
    for off in ["slo/mine", "slo/memory-growth"] {
        assert!(!names.contains(&off.to_owned()), "{names:?}");
    }
    config.lock().slo.off = vec!["memory-grwth".to_owned()];
    let error = files().unwrap_err();
    assert_eq!(
        error,
        "slo.off: \"memory-grwth\" is the name of no objective: did you mean \"memory-growth\"?"
    );
    config.lock().slo.off.clear();
    let names = files().unwrap();
    assert!(names.contains(&"slo/mine".to_owned()) && names.contains(&"slo/memory-growth".to_owned()));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut world = World::new();
    world.config.rules.files = vec![world.root.path().join("gone.yaml").to_string_lossy().into_owned()];
    let error = world.load().unwrap_err();
    assert!(
        error.starts_with("rules.files: read ") && error.contains("gone.yaml"),
        "{error}"
    );
}

#[test]
fn secrets_are_read_beside_the_file_and_shown_nowhere() {
    let world = World::new();
    world.write("hook.txt", "https://hooks.example/a-secret-path\n");
    let text =
        "route: {receiver: team}\nreceivers:\n- name: team\n  webhook_configs:\n  - url_file: hook.txt\n";
    world.write("alerts.yaml", text);
    let loaded = world.load().unwrap();
    assert_eq!(loaded.receivers[0].channels[0].name, "webhook/0");
    assert!(!format!("{loaded:?}").contains("a-secret-path"));
    world.write(
        "alerts.yaml",
        &text.replace("url_file: hook.txt", "url: https://hooks.example/a-secret-path"),
    );
    let loaded = world.load().unwrap();
    assert!(
        !loaded.routing_text.contains("a-secret-path"),
        "{}",
        loaded.routing_text
    );
}

#[test]
fn templates_are_read_beside_the_file_and_checked_with_it() {
    let world = World::new();
    std::fs::create_dir(world.root.path().join("templates")).unwrap();
    world.write(
        "templates/a.tmpl",
        "{{ define \"mine\" }}{{ .Status }}{{ end }}\n",
    );
    let text = concat!(
        "route: {receiver: team}\ntemplates: ['templates/*.tmpl']\nreceivers:\n- name: team\n",
        "  discord_configs:\n  - webhook_url: http://127.0.0.1:9/x\n    title: '{{ template \"mine\" . }}'\n"
    );
    world.write("alerts.yaml", text);
    assert_eq!(world.load().unwrap().warnings, [""; 0]);
    let checked = || check_files(&world.config, &Environment::default());
    assert_eq!(checked().unwrap(), [""; 0]);
    world.write(
        "templates/b.tmpl",
        "\n{{ define \"other\" }}{{ nope }}{{ end }}\n",
    );
    let error = world.load().unwrap_err();
    assert!(
        error.contains("alerts.yaml:2:13: templates: ")
            && error.contains("templates/b.tmpl:2: template: b.tmpl:2: function \"nope\" not defined"),
        "{error}"
    );
    assert!(checked().is_err());
    world.write("templates/b.tmpl", "");
    world.write(
        "templates/a.tmpl",
        "{{ define \"renamed\" }}{{ .Status }}{{ end }}\n",
    );
    let error = world.load().unwrap_err();
    let expected = "alerts.yaml:7:5: title: template: title:1: template \"mine\" not defined";
    assert!(error.contains(expected), "{error}");
}
