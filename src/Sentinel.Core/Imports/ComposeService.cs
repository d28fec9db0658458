using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>A service of docker compose as a process without a container.</summary>
internal static class ComposeService
{
    private const string OfContainer = "no meaning without a container";
    private const string OfDocker = "docker's own business";

    public static readonly Dictionary<string, string> Whys = new()
    {
        ["image"] = "the command runs without its image",
        ["build"] = "the command runs without an image; nothing is built",
        ["working_dir"] = "a folder of the container; the process runs in the folder of sentinel.toml",
        ["user"] = "a user of the container",
        ["extends"] = "it is not followed; 'docker compose config' prints a file that needs none",
        ["logging"] = "sentinel keeps the logs itself",
        ["container_name"] = OfContainer,
        ["expose"] = OfContainer,
        ["volumes"] = OfContainer,
        ["networks"] = OfContainer,
        ["network_mode"] = OfContainer,
        ["hostname"] = OfContainer,
        ["extra_hosts"] = OfContainer,
        ["tmpfs"] = OfContainer,
        ["links"] = OfContainer,
        ["cap_add"] = OfContainer,
        ["cap_drop"] = OfContainer,
        ["privileged"] = OfContainer,
        ["read_only"] = OfContainer,
        ["security_opt"] = OfContainer,
        ["shm_size"] = OfContainer,
        ["dns"] = OfContainer,
        ["devices"] = OfContainer,
        ["init"] = OfContainer,
        ["platform"] = OfContainer,
        ["pull_policy"] = OfContainer,
        ["labels"] = OfDocker,
        ["secrets"] = OfDocker,
        ["configs"] = OfDocker,
        ["develop"] = Notes.NotYet,
        ["post_start"] = Notes.NotYet,
        ["pre_stop"] = Notes.NotYet,
    };

    private static readonly Dictionary<string, string> DeployWhys = new()
    {
        ["mode"] = OfDocker,
        ["placement"] = OfDocker,
        ["update_config"] = OfDocker,
        ["rollback_config"] = OfDocker,
        ["labels"] = OfDocker,
        ["endpoint_mode"] = OfDocker,
    };

    /// <summary>The words of entrypoint and command, as they stand there; none: it has neither.</summary>
    public static IReadOnlyList<string> Command(Keys service)
    {
        var words = new List<string>();
        foreach (var value in new[] { service.Take("entrypoint"), service.Take("command") }.OfType<Value>())
            if (value.IsList)
                words.AddRange(value.Texts());
            else if (value.Text() is { } line)
                words.AddRange(Words.Split(line) ?? Told(value));
        return words;

        static string[] Told(Value value)
        {
            value.Tell("it has a quote that is not closed");
            return [];
        }
    }

    public static void Map(Source source, Draft draft, Keys service, IReadOnlyList<string> words)
    {
        Run(draft, service, words);
        Environment(source, draft, service);
        Needs(draft, service);
        Health(draft, service, command => command);
        ComposePorts.Map(draft, service);
        if (service.Take("profiles") is { } profiles)
            draft.Profiles(profiles);
        if (service.Take("restart") is { } restart)
            Restart(draft, restart);
        draft.Take(service, "stop_signal", "stop-signal");
        Seconds(draft, service.Take("stop_grace_period"), "stop-timeout");
        if (service.Flag("tty") == true)
            draft.Give(service.Take("tty")!, "tty", "true");
        else if (service.Flag("stdin_open") == true)
            draft.Give(service.Take("stdin_open")!, "stdin", "open");
        if (service.Take("scale") is { } scale && scale.Whole() is { } instances)
            Instances(draft, scale, instances);
        Limits(draft, service);
        if (service.Take("deploy")?.Keys(DeployWhys) is { } deploy)
            Deploy(draft, deploy);
    }

    public static void Needs(Draft draft, Keys service)
    {
        if (service.Take("depends_on") is not { } needs)
            return;
        if (!needs.IsTable)
        {
            draft.Needs.AddRange(needs.Items.Where(item => item.Text() is not null).Select(item => new Need(item, item.Scalar!, "started")));
            return;
        }

        foreach (var (target, value) in needs.Keys()!.All())
        {
            var keys = value.Keys();
            draft.Needs.Add(new Need(
                value,
                target,
                keys?.Take("condition") is { } condition ? Until(condition) : "started",
                IsOptional: keys?.Flag("required") == false,
                IsRestarted: keys?.Flag("restart") == true));
        }
    }

    private static string? Until(Value condition)
    {
        var until = condition.Scalar switch
        {
            "service_started" => "started",
            "service_healthy" => "healthy",
            "service_completed_successfully" => "done",
            _ => null,
        };
        if (until is null)
            condition.Tell($"there is no condition {condition.Scalar}");
        return until;
    }

    /// <param name="place">What puts the command where it is to run.</param>
    public static void Health(Draft draft, Keys service, Func<string, string> place)
    {
        if (service.Take("healthcheck") is not { } value || value.Keys() is not { } check)
            return;
        if (check.Flag("disable") == true || check.Take("test") is not { } test || Test(test) is not { Length: > 0 } command)
        {
            check.IgnoreRest();
            return;
        }

        if (!draft.Give(test, "health-exec", place(command)))
            return;
        Seconds(draft, check.Take("interval"), "health-interval");
        Seconds(draft, check.Take("timeout"), "health-timeout");
        Seconds(draft, check.Take("start_period"), "health-start-period");
        draft.Take(check, "retries", "health-failures");
    }

    private static string? Test(Value test)
    {
        if (!test.IsList)
            return Interpolation.Plain(test.Text() ?? "");
        switch (test.Texts())
        {
            case ["NONE"]:
                return null;
            case ["CMD-SHELL", var line]:
                return Interpolation.Plain(line);
            case ["CMD", .. var words]:
                return string.Join(' ', words.Select(Interpolation.ForShell));
            default:
                test.Tell("its first word is to be CMD, CMD-SHELL or NONE");
                return null;
        }
    }

    private static void Run(Draft draft, Keys service, IReadOnlyList<string> words)
    {
        var from = service.Take("command") ?? service.Take("entrypoint")!;
        if (words.Any(Interpolation.IsIn))
            draft.Run(from, Words.OfShell(words) is { } inner ? Interpolation.Plain(inner) : string.Join(' ', words.Select(Interpolation.ForShell)));
        else
            draft.RunExactly(from, [.. words.Select(Interpolation.Plain)], service.Has("entrypoint") || from.IsList ? null : from.Scalar);
    }

    private static void Environment(Source source, Draft draft, Keys service)
    {
        var files = new List<string>();
        foreach (var file in service.Take("env_file")?.Items ?? [])
            if (!file.IsTable)
                files.AddRange(file.Texts());
            else if (file.Keys() is { } keys && keys.Text("path") is { } path)
                files.Add(keys.Flag("required") == false ? $"?{path}" : path);
        if (service.Take("environment") is { } variables)
            Variables.Take(draft, variables, Interpolation.ForEnvironment);
        // It fills in what the file leaves open.
        if (source.Folder.FilesIn(".").Contains(".env") && draft.UsesVariables && !files.Contains(".env"))
            files.Insert(0, ".env");
        if (files.Count > 0)
            draft.Give(service.Take("env_file") ?? service.Take("environment") ?? service.Take("command")!, "env-file", files);
    }

    private static void Restart(Draft draft, Value restart)
    {
        var (rule, count) = restart.Text()?.Split(':') is [var first, var number] ? (first, number) : (restart.Scalar, null);
        if (draft.Give(restart, "restart", rule == "unless-stopped" ? "always" : rule ?? "no") && count is not null)
            draft.Give(restart, "max-restarts", count);
    }

    private static void Limits(Draft draft, Keys service)
    {
        draft.Take(service, "mem_limit", "memory-max");
        Cpus(draft, service.Take("cpus"));
        draft.Take(service, "pids_limit", "pids-max");
        draft.Take(service, "oom_score_adj", "oom-score-adj");
        draft.Take(service, "cpuset", "cpu-affinity");
        if (service.Take("ulimits") is not { } all || all.Keys() is not { } limits)
            return;
        var given = new List<string>();
        foreach (var (name, limit) in limits.All())
            if (!limit.IsTable)
                given.Add($"{name}={Unlimited(limit.Text())}");
            else if (limit.Keys() is { } keys)
                given.Add($"{name}={Unlimited(keys.Text("soft"))}:{Unlimited(keys.Text("hard"))}");
        draft.Give(all, "limit", given);
    }

    private static string? Unlimited(string? limit) => limit == "-1" ? "unlimited" : limit;

    private static void Deploy(Draft draft, Keys deploy)
    {
        if (deploy.Take("replicas") is { } replicas && replicas.Whole() is { } instances)
            Instances(draft, replicas, instances);
        if (deploy.Take("resources")?.Keys()?.Take("limits")?.Keys() is { } limits)
        {
            draft.Take(limits, "memory", "memory-max");
            Cpus(draft, limits.Take("cpus"));
            draft.Take(limits, "pids", "pids-max");
        }

        if (deploy.Take("restart_policy") is not { } value || value.Keys() is not { } policy)
            return;
        draft.Give(value, "restart", policy.Text("condition") switch { "none" => "no", "on-failure" => "on-failure", _ => "always" });
        draft.Take(policy, "max_attempts", "max-restarts");
        Seconds(draft, policy.Take("window"), "restart-window");
        Seconds(draft, policy.Take("delay"), "restart-delay");
    }

    private static void Instances(Draft draft, Value from, int count)
    {
        if (count < 1)
            draft.Set("profile", Toml.Texts(["manual"]));
        if (count == 0)
            from.Tell("no instances: it is in the profile manual");
        draft.Instances(from, count);
    }

    private static void Cpus(Draft draft, Value? value)
    {
        if (value?.Number() is { } cpus)
            draft.Give(value, "cpu-max", $"{Toml.Number(cpus * 100)}%");
    }

    public static void Seconds(Draft draft, Value? value, string option)
    {
        if (value?.Text() is not { } text)
            return;
        if (Times.Seconds(text) is { } seconds)
            draft.Give(value, option, seconds);
        else
            value.Tell($"'{text}' is not a length of time such as 1m30s");
    }
}
