using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Turns a record into a process: its environment, its ports, its files.</summary>
internal sealed class Launching(SupervisorTools tools, ProcessEnvironments environments, PortBook ports)
{
    private readonly ISpawner _spawner = tools.Spawner;

    /// <summary>How a process would be started now.</summary>
    /// <exception cref="EnvironmentException">Its environment cannot be put together.</exception>
    public Launch LaunchOf(ProcessRecord record, State state) => LaunchOf(record, environments.Of(record, state));

    /// <summary>Why a process could not be started now, as far as that can be told before; null: it could.</summary>
    public string? WhyNot(ProcessRecord record, State state) => WhyNot(record, state, _spawner.WhyNot);

    /// <param name="ask">What the spawner is asked.</param>
    /// <inheritdoc cref="WhyNot(ProcessRecord, State)"/>
    public string? WhyNot(ProcessRecord record, State state, Func<Launch, string?> ask)
    {
        if ((WhyUnreachable(record, state) ?? Sockets.WhyNot(record, state)) is { } unavailable)
            return unavailable;
        try
        {
            var environment = environments.Of(record, state);
            return ask(LaunchOf(record, environment)) ?? tools.Sockets.WhyNot(SocketsOf(record, state, environment));
        }
        catch (EnvironmentException e)
        {
            return e.Message;
        }
    }

    /// <returns>Also the <see cref="ProcessEnvironment.FilesKey"/> of its environment.</returns>
    /// <exception cref="SpawnException">It cannot be started.</exception>
    /// <exception cref="EnvironmentException">Its environment cannot be put together.</exception>
    public (ProcessIdentity Main, string FilesKey) Spawn(ProcessRecord record, State state)
    {
        if ((ports.WhyNot(state, record) ?? WhyUnreachable(record, state) ?? Sockets.WhyNot(record, state)) is { } why)
            throw new SpawnException(why);
        var environment = environments.Of(record, state);
        foreach (var warning in environment.Warnings)
            tools.Warn($"{record.Spec.Name}: {warning}");
        var launch = LaunchOf(record, environment);
        // 'run' refuses this. A later start, which nobody may see, had better run with less than not at all.
        if (_spawner.CannotInherit(launch) is { } missing)
            tools.Warn($"{record.Spec.Name}: {missing}");
        using var sockets = tools.Sockets.Open(SocketsOf(record, state, environment));
        return (_spawner.Spawn(launch with { Descriptors = sockets.Passed }), environment.FilesKey);
    }

    /// <summary>The sockets of a process, as it would get them now.</summary>
    /// <exception cref="SpawnException">One cannot be had.</exception>
    /// <exception cref="EnvironmentException">Its environment cannot be put together.</exception>
    public OpenSockets OpenSockets(ProcessRecord record, State state) => tools.Sockets.Open(SocketsOf(record, state, environments.Of(record, state)));

    private static SocketRequest SocketsOf(ProcessRecord record, State state, ProcessEnvironment environment) => record.Spec.Sockets.Count == 0
        ? new SocketRequest([], record.Spec.Umask, null, [])
        : new SocketRequest(
            Sockets.Of(record.Spec),
            record.Spec.Umask,
            environment.Account,
            [.. state.Processes.Values.Where(other => other.Spec.SetName == record.Spec.SetName).SelectMany(other => TreeRoot.Of(other).Mains).Select(main => main.Pid)]);

    // Asked before anything else looks at these files.
    private string? WhyUnreachable(ProcessRecord record, State state) => _spawner.WhyUnreachable(
    [
        record.Spec.WorkingDirectory,
        .. record.Spec.EnvironmentFiles.Concat(record.Spec.Group is { } group && state.Groups.TryGetValue(group, out var found) ? found.EnvironmentFiles : [])
            .Select(file => file.TrimStart('?')),
    ]);

    private Launch LaunchOf(ProcessRecord record, ProcessEnvironment environment) => new(
        record.Spec.Command,
        record.Spec.WorkingDirectory,
        environment.Block,
        record.Spec.Umask,
        tools.Store.Home.StdoutOf(record),
        tools.Store.Home.StderrOf(record),
        record.Spec.LogLimits,
        record.RunCookie)
    {
        Secrets = record.Spec.Secrets,
        Before = record.Spec.Before,
        Input = record.Spec.Input,
        InputPath = record.Spec.Input == StandardInput.Null ? null : tools.Store.Home.InputOf(record),
        LogFolder = tools.Store.Home.Logs,
        LogPipe = record.Spec.LogPipe,
        Treatment = record.Spec.Treatment,
        Inherited = record.Spec.Inherited,
        IsAgain = record.LastRun is not null || record.State.Main is not null,
        Account = environment.Account,
    };
}
