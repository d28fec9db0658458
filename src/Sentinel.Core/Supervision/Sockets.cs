using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Which sockets are held.</summary>
internal static class Sockets
{
    /// <summary>Those of a process, as everybody knows them.</summary>
    public static IReadOnlyList<ListenSocket> Of(ProcessSpec spec) => spec.Sockets.Count == 0 ? [] : [.. spec.Sockets.Select(socket => socket.In(spec.WorkingDirectory))];

    /// <summary>Why a process cannot have one of its sockets: another that is no instance of the same set has it, and would be given some of its connections. Null: it can.</summary>
    public static string? WhyNot(ProcessRecord record, State state)
    {
        foreach (var socket in Of(record.Spec))
            if (state.Processes.Values.FirstOrDefault(other => other.Spec.SetName != record.Spec.SetName && other.Spec.Sockets.Count > 0 && !other.State.IsOver
                    && Of(other.Spec).Any(theirs => theirs.Address == socket.Address)) is { } owner)
                return $"{socket.Address} is the socket of {owner.Spec.Name}";
        return null;
    }

    /// <summary>Those of all that runs, or will run again without being asked to.</summary>
    public static IReadOnlyList<ListenSocket> Wanted(State state) =>
        [.. state.Processes.Values.Where(record => record.Spec.Sockets.Count > 0 && !record.State.IsOver).SelectMany(record => Of(record.Spec))];
}
