using System.Globalization;

namespace Sentinel.Core.Imports;

/// <summary>A file of process-compose.</summary>
internal static class ProcessCompose
{
    private const string OwnLogs = "sentinel keeps the logs itself";
    private const string Templates = "templates are not filled in";
    private const int MostExtensions = 8;

    public static readonly Dictionary<string, string> Whys = new()
    {
        ["vars"] = Templates,
        ["shell"] = "sentinel uses /bin/sh; begin the command with the other shell and -c",
        ["env_cmds"] = "sentinel runs nothing for a variable; use $(command) in the command itself",
        ["log_location"] = OwnLogs,
        ["log_configuration"] = OwnLogs,
        ["log_length"] = OwnLogs,
        ["log_level"] = OwnLogs,
        ["log_format"] = OwnLogs,
    };

    private static readonly Dictionary<string, string> ProcessWhys = new()
    {
        ["description"] = "sentinel.toml has no descriptions",
        ["vars"] = Templates,
        ["log_location"] = OwnLogs,
        ["log_configuration"] = OwnLogs,
        ["watch"] = Notes.Watching,
        ["is_daemon"] = "a program that puts itself into the background is followed with pid-file",
        ["launch_timeout_seconds"] = "only with is_daemon",
        ["is_foreground"] = "sentinel runs all in the background; 'attach' connects a terminal",
        ["is_elevated"] = "it needs a user, and a sentinel of root",
        ["env_cmds"] = "sentinel runs nothing for a variable; use $(command) in the command itself",
    };

    public static void Map(Source source, Keys file)
    {
        file.Ignore("version");
        source.Drafts.Call(file.Take("name"));
        if (source.Folder.FilesIn(".").Contains(".env"))
            source.Drafts.EnvironmentFiles.Add(".env");
        if (file.Take("environment") is { } environment)
            Variables.Take(source.Drafts.Common, environment, Interpolation.ForEnvironment);
        foreach (var (name, value) in file.Take("processes")?.Keys()?.All() ?? [])
            if (value.Keys(ProcessWhys) is { } process)
                Add(source.Drafts.Add(name, value), value, process);
    }

    /// <summary>The file with what it extends, where its own keys win.</summary>
    public static Node WithBase(Source source, Node node)
    {
        for (var depth = 0; node is Node.Table table && table.Find("extends") is Node.Scalar { Kind: not ScalarKind.Null } file; depth++)
        {
            if (depth == MostExtensions)
                throw new ImportException(file.Place, $"more than {MostExtensions} files extend each other");
            var text = source.Folder.Read(file.Text) ?? throw new ImportException(file.Place, $"{file.Text}, which this extends, cannot be read");
            node = Merged(new Node.Table(table.Place, [.. table.Entries.Where(entry => entry.Key != "extends")]), YamlReader.Read(file.Text, text));
        }

        return node;
    }

    private static Node Merged(Node own, Node from) => own is Node.Table mine && from is Node.Table other
        ? new Node.Table(mine.Place,
        [
            .. mine.Entries.Select(entry => other.Find(entry.Key) is { } under ? entry with { Value = Merged(entry.Value, under) } : entry),
            .. other.Entries.Where(entry => mine.Find(entry.Key) is null),
        ])
        : own;

    private static void Add(Draft draft, Value at, Keys process)
    {
        Command(draft, at, process);
        if (process.Take("working_dir") is { } folder && folder.Text() is { } path)
        {
            if (Interpolation.IsIn(path))
                folder.Tell("a folder cannot hold variables");
            else
                draft.Give(folder, "cwd", path);
        }

        if (process.Take("environment") is { } environment)
            Variables.Take(draft, environment, Interpolation.ForEnvironment);
        if (process.Take("namespace") is { } group && group.Text() is { } name && name != "default")
            group.Tell(Notes.NoGroups);
        if (process.Take("replicas") is { } replicas && replicas.Whole() is { } count)
            draft.Instances(replicas, count);
        if (process.Flag("disabled") == true || process.Flag("is_disabled") == true)
            draft.Set("profile", Toml.Texts(["manual"]));
        if (process.Flag("is_tty") == true || process.Flag("is_interactive") == true)
            draft.Give(process.Take("is_tty") ?? process.Take("is_interactive")!, "tty", "true");
        process.Ignore("disable_ansi_colors");
        if (process.Take("availability")?.Keys() is { } availability)
            Restart(draft, availability);
        if (process.Take("schedule")?.Keys() is { } schedule)
            Schedule(draft, schedule);
        if (process.Take("depends_on") is { } needs)
            Needs(draft, needs);
        if (process.Take("readiness_probe") is { } readiness)
            Ready(draft, readiness);
        if (process.Take("ready_log_line") is { } line && line.Text() is { } said)
            draft.Give(line, "ready-log", System.Text.RegularExpressions.Regex.Escape(said));
        if (process.Take("liveness_probe") is { } liveness)
            Health(draft, liveness);
        if (process.Take("shutdown")?.Keys() is { } shutdown)
            Stop(draft, shutdown);
    }

    private static void Command(Draft draft, Value at, Keys process)
    {
        if (process.Take("entrypoint") is { } words)
        {
            draft.RunExactly(words, [.. words.Texts().Select(Interpolation.Plain)], null);
            if (process.Take("command") is { } unused)
                unused.Tell("entrypoint takes its place");
        }
        else if (process.Take("command") is { } command && command.Text() is { } line)
        {
            if (line.Contains("{{"))
                command.Tell(Templates);
            draft.Run(command, Interpolation.Plain(line));
        }
        else
        {
            at.Tell("it has no command");
            process.IgnoreRest();
        }
    }

    private static void Schedule(Draft draft, Keys schedule)
    {
        draft.Take(schedule, "cron", "cron");
        draft.Take(schedule, "interval", "every");
        if (draft.Has("cron"))
            draft.Take(schedule, "timezone", "zone");
        if (schedule.Take("run_on_start") is { } atOnce && atOnce.Flag() == true)
            atOnce.Tell("only its times start it; 'sentinel trigger' runs it at once");
        if (schedule.Take("max_concurrent") is { } most && most.Whole() > 1)
            most.Tell("a process is one run; give the work two names");
    }

    private static void Restart(Draft draft, Keys availability)
    {
        if (availability.Take("restart") is { } restart && restart.Text() is { } rule)
        {
            // An unquoted no is a boolean to YAML 1.1, and the same to both of us.
            if (rule is "exit_on_failure")
                restart.Tell("one that ends does not end the others; 'up --exit-from' does that");
            draft.Give(restart, "restart", rule switch
            {
                "exit_on_failure" or "false" or "False" or "No" or "NO" => "no",
                "on_failure" => "on-failure",
                _ => rule,
            });
        }

        if (availability.Take("backoff_seconds") is { } delay && delay.Number() is > 0 and var seconds)
            draft.Give(delay, "restart-delay", seconds);
        if (availability.Take("max_restarts") is { } most && most.Whole() is > 0 and var count)
            draft.Give(most, "max-restarts", count);
        foreach (var key in (string[])["exit_on_end", "exit_on_skipped"])
            if (availability.Take(key) is { } end && end.Flag() == true)
                end.Tell("one that ends does not end the others; 'up --exit-from' does that");
    }

    private static void Needs(Draft draft, Value needs)
    {
        foreach (var (target, value) in needs.Keys()?.All() ?? [])
        {
            var condition = value.Keys()?.Take("condition");
            var until = condition?.Text() switch
            {
                null or "process_started" => "started",
                "process_completed" => "ended",
                "process_completed_successfully" => "done",
                // Its health there is what is asked first here.
                "process_healthy" or "process_log_ready" => "ready",
                _ => "",
            };
            if (until.Length == 0)
                condition!.Tell($"there is no condition {condition.Scalar}");
            draft.Needs.Add(new Need(value, target, until.Length == 0 ? null : until));
        }
    }

    private static void Ready(Draft draft, Value probe)
    {
        if (probe.Keys() is not { } keys || !Probe(draft, probe, keys, "ready"))
            return;
        const double usualPeriod = 10, usualFailures = 3;
        var delay = keys.Take("initial_delay_seconds");
        var period = keys.Take("period_seconds");
        var failures = keys.Take("failure_threshold");
        if ((failures ?? period ?? delay) is { } given)
            draft.Give(given, "startup-timeout", (delay?.Number() ?? 0) + ((period?.Number() ?? usualPeriod) * (failures?.Number() ?? usualFailures)));
    }

    private static void Health(Draft draft, Value probe)
    {
        if (probe.Keys() is not { } keys || !Probe(draft, probe, keys, "health"))
            return;
        draft.Take(keys, "period_seconds", "health-interval");
        draft.Take(keys, "timeout_seconds", "health-timeout");
        draft.Take(keys, "initial_delay_seconds", "health-start-period");
        draft.Take(keys, "failure_threshold", "health-failures");
    }

    private static bool Probe(Draft draft, Value probe, Keys keys, string kind)
    {
        if (keys.Take("exec") is { } exec)
            return exec.Keys() is { } command && command.Take("command") is { } line && line.Text() is { } text
                && draft.Give(line, $"{kind}-exec", Interpolation.Plain(text).Trim());
        if (keys.Take("http_get") is { } http && http.Keys() is { } get)
        {
            var host = get.Text("host") is { Length: > 0 } name ? name : "127.0.0.1";
            var scheme = get.Text("scheme")?.ToLowerInvariant() ?? "http";
            var port = get.Text("port") ?? get.Text("num_port") ?? "80";
            return draft.Give(http, $"{kind}-http", $"{scheme}://{host}:{port}/{get.Text("path")?.TrimStart('/')}");
        }

        probe.Tell("it has neither exec nor http_get");
        return false;
    }

    private static void Stop(Draft draft, Keys shutdown)
    {
        if (shutdown.Take("command") is { } command && command.Text() is { } line)
            draft.Give(command, "stop-command", Interpolation.Plain(line).Trim());
        if (shutdown.Take("timeout_seconds") is { } timeout && timeout.Number() is > 0 and var seconds)
            draft.Give(timeout, "stop-timeout", seconds);
        draft.Take(shutdown, "signal", "stop-signal");
        if (shutdown.Take("parent_only") is { } main && main.Flag() is { } isMain)
            draft.Give(main, "stop-mode", isMain ? "main" : "tree");
    }
}
