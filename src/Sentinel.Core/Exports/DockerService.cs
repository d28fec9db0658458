using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What a service is in a compose file, for <c>docker compose</c> as for a Swarm.</summary>
internal static class DockerService
{
    /// <summary>Why docker has no equal of a key, for whichever of the two.</summary>
    public static readonly IReadOnlyDictionary<string, string> Whys = new Dictionary<string, string>
    {
        ["nice"] = "docker sets no priority",
        ["ionice"] = "docker sets no priority for disks",
        ["umask"] = "docker sets no mask; the image's program can",
        ["success-codes"] = "docker takes only 0 for success",
        ["no-restart-codes"] = "docker restarts it whatever its exit code is",
        ["stop-command"] = "docker stops it by its signal alone",
        ["stop-mode"] = "docker sends the signal to the main process alone",
        ["pid-file"] = "the main process of a container has no successor",
        ["max-memory"] = "docker does not restart it for its memory; memory-max is a limit",
        ["socket"] = "a container opens its port itself",
        ["on-demand"] = "docker starts nothing for a connection",
        ["idle-timeout"] = "docker starts nothing for a connection",
        ["watch"] = "docker watches no files",
        ["watch-ignore"] = "docker watches no files",
        ["watch-then"] = "docker watches no files",
        ["watch-no-gitignore"] = "docker watches no files",
        ["health-notify"] = "docker listens to no notifications",
        ["ready-notify"] = "docker listens to no notifications",
        ["ready-log"] = "docker reads no logs",
        ["startup-timeout"] = "docker waits for its start as long as it takes",
    };

    /// <summary>Limits that docker sets.</summary>
    private static readonly HashSet<string> Limits =
        ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <summary>A text in a compose file: a dollar stands for a variable of the shell that docker runs in.</summary>
    public static string Escaped(string text) => text.Replace("$", "$$");

    /// <param name="environmentFiles">As the engine takes them.</param>
    /// <param name="valueOf">What a variable's value becomes.</param>
    /// <param name="instance">What stands for the number of an instance; null: nothing does.</param>
    public static Yaml.Table Of(Service service, Conversion conversion, Yaml? environmentFiles, Func<string, string>? valueOf = null, string? instance = null)
    {
        Containers.TellOfNeighbours(service, conversion);
        var environment = new Yaml.Table();
        foreach (var (name, value) in service.Variables.All)
            environment.Add(name, valueOf is null ? value : valueOf(value));
        environment.Add(Variable.Instance, instance);
        var spec = service.Spec;
        var (isOpen, hasTerminal) = Containers.Input(service);
        var table = new Yaml.Table
        {
            { "image", service.Image },
            { "entrypoint", Containers.Words(service, InContainer(spec.Secrets)) },
            { "working_dir", Containers.Folder(service, conversion) },
            { "user", Containers.User(service) },
            { "env_file", environmentFiles },
            { "environment", environment },
            {
                "volumes", service.HasHostFiles
                    ? new Yaml.List([new Yaml.Table { { "type", "bind" }, { "source", "/" }, { "target", HostFiles.Folder } }]) : null
            },
            { "stdin_open", isOpen },
            { "tty", hasTerminal },
            { "stop_signal", service.Take("stop-signal") ? SignalName.Of(spec.Stop.Signal) : null },
            { "stop_grace_period", service.Take("stop-timeout") ? Containers.Time(spec.Stop.Timeout) : null },
            { "ulimits", Ulimits(service) },
            { "logging", Logging(service) },
        };
        return table;
    }

    private static IReadOnlyList<Secret> InContainer(IEnumerable<Secret> secrets) =>
        [.. secrets.Select(secret => new Secret(secret.Name, IsCommand: false, Containers.SecretFolder + secret.Name))];

    private static Yaml.Table Ulimits(Service service)
    {
        var limits = new Yaml.Table();
        if (!service.Take("limit"))
            return limits;
        foreach (var limit in service.Spec.Treatment.Limits)
            if (!Limits.Contains(limit.Name))
                service.TellOf("limit", $"{limit.Name}=", $"docker sets no limit {limit.Name}");
            else if (limit.Soft == limit.Hard)
                limits.Add(limit.Name, Number(limit.Soft));
            else
                limits.Add(limit.Name, new Yaml.Table { { "soft", Number(limit.Soft) }, { "hard", Number(limit.Hard) } });
        return limits;

        static Yaml Number(ulong value) => new Yaml.Plain(Containers.Limit(value));
    }

    private static Yaml.Table? Logging(Service service)
    {
        string[] keys = ["log-max-size", "log-backups", "log-compress"];
        var isGiven = keys.Any(service.Has);
        service.TakeAll([.. keys, "log-pipe"]);
        var limits = service.Spec.LogLimits;
        if (!isGiven)
            return null;
        var isKept = limits.MaxBytes == 0;
        return new Yaml.Table
        {
            { "driver", "json-file" },
            {
                "options", new Yaml.Table
                {
                    { "max-size", isKept ? null : $"{limits.MaxBytes}" },
                    { "max-file", isKept ? null : $"{limits.Backups + 1}" },
                    { "compress", limits.Compress && !isKept ? "true" : null },
                }
            },
        };
    }
}
