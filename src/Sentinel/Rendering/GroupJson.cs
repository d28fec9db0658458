using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Model;

namespace Sentinel.Rendering;

/// <summary>What <c>group list</c> prints.</summary>
internal sealed record GroupsJson(int SchemaVersion, IReadOnlyList<GroupJson> Groups, IReadOnlyList<string> Warnings);

internal sealed record GroupJson(
    string Name,
    DateTimeOffset CreatedAt,
    IReadOnlyList<string> EnvironmentFiles,
    IReadOnlyList<string> Variables,
    IReadOnlyList<MemberJson> Processes)
{
    public static GroupJson From(Group group, IEnumerable<ProcessInfo> processes) => new(
        group.Name,
        group.CreatedAt,
        group.EnvironmentFiles,
        [.. group.Variables.Names()],
        [.. processes.Where(process => process.Group == group.Name).Select(process => new MemberJson(process.Id, process.Name, process.State, process.Pid))]);
}

internal sealed record MemberJson(int Id, string Name, string State, int? Pid);

/// <summary>What <c>port list</c> prints.</summary>
internal sealed record PortsJson(int SchemaVersion, IReadOnlyList<PortJson> Ports, IReadOnlyList<string> Warnings);

internal sealed record PortJson(
    int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId, string? Process, IReadOnlyList<ListenerJson> Listeners)
{
    public static PortJson From(PortLease lease, State state, IEnumerable<Listener> listeners) => new(
        lease.Port,
        lease.Name,
        lease.AllocatedAt,
        lease.ProcessId,
        lease.ProcessId is { } owner ? state.Processes[owner].Spec.Name : null,
        [.. listeners.Select(listener => new ListenerJson(listener.Protocol, listener.Pid, listener.Program))]);
}

internal sealed record ListenerJson(string Protocol, int? Pid, string? Program);

/// <summary>What <c>env</c> prints.</summary>
internal sealed record EnvironmentJson(
    int SchemaVersion, int Id, string Name, bool Running, IReadOnlyList<VariableJson> Variables, IReadOnlyList<string> Warnings);

internal sealed record VariableJson(string Name, string? Value, SourceJson? Source, bool Outdated, string? NextValue, SourceJson? NextSource)
{
    public static VariableJson From(VariableView variable, bool reveal) => new(
        variable.Name,
        reveal ? variable.Value : null,
        SourceJson.From(variable.Source),
        variable.IsOutdated,
        reveal ? variable.Next?.Value : null,
        SourceJson.From(variable.Next?.Source));
}

internal sealed record SourceJson(string Layer, string? Name, int? Line)
{
    public static SourceJson? From(EnvironmentSource? source) => source is null ? null : new(source.Layer, source.Name, source.Line);
}
