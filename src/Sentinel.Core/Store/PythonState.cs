using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Store;

/// <summary>
/// Converts the state.json that the Python tool of the same name leaves in the same place. The tool's <c>sentinel_core/state.py</c>
/// defines the format: no version, objects by id, and of a running process only its pid.
/// </summary>
/// <param name="home">The home that it is in.</param>
/// <param name="files">How its files are opened.</param>
/// <param name="table">Where running processes are looked up.</param>
/// <param name="environmentOf">The environment of a process, or null.</param>
/// <param name="caller">The environment and the umask of whoever takes it over; processes started later inherit these.</param>
/// <param name="time">The tool's times are local, without saying so.</param>
public sealed class PythonState(
    SentinelHome home,
    IHomeFiles files,
    IProcessTable table,
    Func<int, EnvironmentBlock?> environmentOf,
    Func<(EnvironmentBlock Environment, int Umask)> caller,
    TimeProvider time)
{
    // The tool records the start of a process a moment after it.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(5);

    // Settings that its processes can have and ours cannot.
    private static readonly string[] Lost = ["health_check", "startup_timeout_seconds"];

    /// <summary>Null if it is not a state of that tool.</summary>
    /// <exception cref="JsonException">It is such a state, but damaged.</exception>
    public TakenOver? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || root.Maybe("version") is not null || root.Maybe("next_id") is null)
            return null;
        try
        {
            return Convert(root);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private TakenOver Convert(JsonElement root)
    {
        var warnings = new List<string>();
        var state = State.Empty;
        var groupNames = new Dictionary<string, string>();
        foreach (var group in Each(root, "groups"))
        {
            groupNames[group.Text("name")] = ProcessName.Unique(group.Text("name"), state.Groups.ContainsKey);
            state = state.With(new Group(groupNames[group.Text("name")], Time(group, "created_at"))
            {
                Variables = Variables(group, warnings),
                EnvironmentFiles = group.Maybe("env_file")?.GetString() is { } file ? [Path.GetFullPath(file)] : [],
            });
        }

        var logNames = new HashSet<string>();
        foreach (var process in Each(root, "processes"))
        {
            var id = process.Get("id").GetInt32();
            if (id is < 1 or int.MaxValue || state.Processes.ContainsKey(id))
                throw new JsonException($"process {id} has an invalid id, or the id of another process");
            var name = ProcessName.Unique(process.Text("name"), taken => state.Find(taken) is not null);
            var running = Find(process);
            var environment = (running.Identity.StartTicks > 0 ? environmentOf(running.Identity.Pid) : null) ?? caller().Environment;
            state = state.With(environment).With(new ProcessRecord
            {
                Id = id,
                Spec = new ProcessSpec
                {
                    Name = name,
                    Command = CommandOf(process.Text("cmd")),
                    WorkingDirectory = Path.GetFullPath(process.Text("cwd")),
                    Environment = environment.Key,
                    EnvironmentFiles = process.Maybe("env_file")?.GetString() is { } file ? [Path.GetFullPath(file, process.Text("cwd"))] : [],
                    Variables = Variables(process, warnings),
                    Umask = caller().Umask,
                    Treatment = TreatmentOf(process),
                    Restart = process.Get("restart").GetBoolean() ? RestartRule.Always : RestartRule.Never,
                    Group = process.Maybe("group")?.GetString() is { } group ? groupNames.GetValueOrDefault(group) : null,
                },
                Cookie = Guid.NewGuid().ToString("N"),
                LogName = LogName(process, name, id, logNames),
                State = running,
            });
            if (string.Join(", ", Lost.Where(field => process.Maybe(field) is not null)) is { Length: > 0 } lost)
                warnings.Add($"{name}: {lost} cannot be taken over");
        }

        foreach (var lease in Each(root, "ports"))
            if (lease.Get("port").GetInt32() is >= PortLease.Lowest and <= PortLease.Highest and var port)
                state = state.With(new PortLease(
                    port, ProcessName.IsValid(lease.Text("name")) ? lease.Text("name") : PortLease.DefaultName, Time(lease, "allocated_at"), null));
        if (DaemonPid() is { } daemon)
            warnings.Add($"its daemon (pid {daemon}) still runs and would restart processes, too; stop it");
        var nextId = Math.Max(root.Get("next_id").GetInt32(), state.Processes.Keys.DefaultIfEmpty(0).Max() + 1);
        return new TakenOver(state with { NextId = nextId }, warnings);
    }

    private int? DaemonPid()
    {
        return int.TryParse(files.ReadAll(home.DaemonPid), CultureInfo.InvariantCulture, out var pid) && table.Look(pid) is { HasEnded: false }
            ? pid
            : null;
    }

    private static IEnumerable<JsonElement> Each(JsonElement root, string name) =>
        root.Maybe(name)?.EnumerateObject().Select(entry => entry.Value) ?? [];

    // The process that has the pid now is the right one if it leads a session of its own, as all of them do, and is of the right age.
    // If there is none, it has ended: the identity then matches no process, which tells the next reader.
    private RunState.Running Find(JsonElement process)
    {
        var pid = process.Get("pid").GetInt32();
        var startedAt = Time(process, "started_at");
        // With a startup timeout, the start is recorded only after that.
        var earliest = startedAt - TimeSpan.FromSeconds(process.Maybe("startup_timeout_seconds")?.GetDouble() ?? 0) - StartTolerance;
        var isIt = table.Look(pid) is { HasEnded: false } seen
            && seen.Session == pid
            && StartOf(seen) is var start
            && start >= earliest && start <= startedAt + StartTolerance;
        return new RunState.Running(startedAt, new ProcessIdentity(pid, isIt ? table.Look(pid)?.StartTicks ?? 0 : 0, table.BootId, table.PidNamespace));
    }

    private DateTimeOffset StartOf(Sighting seen) => time.GetUtcNow() - TimeSpan.FromSeconds((table.NowTicks - seen.StartTicks) / table.TicksPerSecond);

    private DateTimeOffset Time(JsonElement json, string name)
    {
        var local = DateTime.Parse(json.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.None);
        return local.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(local, time.LocalTimeZone.GetUtcOffset(local)) : new DateTimeOffset(local);
    }

    private static Treatment TreatmentOf(JsonElement process) => new()
    {
        User = process.Maybe("user")?.GetString(),
        Nice = process.Maybe("nice")?.GetInt32(),
        IoPriority = process.Maybe("ionice_ioclass")?.GetString() is { } kind
            ? IoPriority.Parse(kind.Replace('_', '-') + (process.Maybe("ionice_value") is { } level && kind != "idle" ? $":{level.GetInt32()}" : ""))
            : null,
    };

    // The tool hands every command to a shell.
    private static Command CommandOf(string line)
    {
        try
        {
            return Command.From([line]);
        }
        catch (FormatException)
        {
            return new Command(["/bin/sh", "-c", line], line, Shell: true);
        }
    }

    private static EnvironmentBlock Variables(JsonElement json, List<string> warnings)
    {
        var variables = EnvironmentBlock.Empty;
        foreach (var variable in json.Maybe("env")?.EnumerateObject() ?? default)
            try
            {
                var (name, value) = Variable.Parse($"{variable.Name}={variable.Value.GetString()}");
                variables = variables.With(name, value);
            }
            catch (FormatException e)
            {
                warnings.Add($"{json.Text("name")}: {e.Message}; it is left out");
            }

        return variables;
    }

    // A running process keeps writing to its file. There, several names can share a file; here, none do.
    private string LogName(JsonElement process, string name, int id, HashSet<string> taken)
    {
        const string ending = ".stdout.log";
        var path = process.Text("stdout_log");
        var own = Path.GetFileName(path);
        var logName = Path.GetDirectoryName(path) == home.Logs && own.EndsWith(ending, StringComparison.Ordinal)
            ? own[..^ending.Length]
            : SentinelHome.LogName(name, id);
        if (taken.Add(logName))
            return logName;
        taken.Add($"{logName}~{id}");
        return $"{logName}~{id}";
    }
}

/// <summary>A state taken over from another tool.</summary>
/// <param name="State">The converted state.</param>
/// <param name="Warnings">What was lost or needs attention, in sentences.</param>
public sealed record TakenOver(State State, IReadOnlyList<string> Warnings);
