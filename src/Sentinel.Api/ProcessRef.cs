using System.Diagnostics.CodeAnalysis;
using Sentinel.Model.Policy;

namespace Sentinel.Api;

/// <summary>Which process an outcome is about, and what it does.</summary>
/// <param name="State">See <see cref="ProcessRecord.Word"/>.</param>
/// <param name="Pid">The main process; null when there is none.</param>
/// <param name="Run">The number of the run that is under way or was the last.</param>
public sealed record ProcessRef(int Id, string Name, string? Group, string State, int? Pid, int Run)
{
    /// <summary>Whether it runs, be it ready or not, or between two main processes.</summary>
    public bool IsUp => State == "running" || (State == "starting" && Pid is not null);

    public static ProcessRef Of(ProcessRecord record) =>
        new(record.Id, record.Spec.Name, record.Spec.Group, record.Word, record.State.Main?.Pid, record.RunNumber);

    /// <summary>What is not public of a record stays behind.</summary>
    [return: NotNullIfNotNull(nameof(record))]
    public static implicit operator ProcessRef?(ProcessRecord? record) => record is null ? null : Of(record);
}
