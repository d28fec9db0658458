using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;

namespace Sentinel.Core.Store;

/// <summary>The shape of state.json.</summary>
internal sealed record StateDocument
{
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required int NextId { get; init; }

    public required IReadOnlyList<ProcessRecord> Processes { get; init; }

    /// <summary>The entries of each block in base64: exact, and not readable in passing.</summary>
    public required IReadOnlyDictionary<string, byte[]> Environments { get; init; }

    public static byte[] Write(State state) => JsonSerializer.SerializeToUtf8Bytes(
        new StateDocument
        {
            Version = CurrentVersion,
            NextId = state.NextId,
            Processes = [.. state.Processes.Values],
            Environments = state.Environments.ToDictionary(entry => entry.Key, entry => entry.Value.Bytes.ToArray()),
        },
        StateJson.Default.StateDocument);

    /// <exception cref="JsonException">It is not a state, or one that contradicts itself.</exception>
    /// <exception cref="NewerStateException">It was written by a newer version.</exception>
    public static State Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            throw new JsonException("the file is empty");
        // The version is read first: of a newer one nothing else can be relied on.
        if (JsonSerializer.Deserialize(json, StateJson.Default.StateVersion) is { Version: > CurrentVersion and var newer })
            throw new NewerStateException(newer);

        var document = JsonSerializer.Deserialize(json, StateJson.Default.StateDocument)
            ?? throw new JsonException("there is no state in it");
        var processes = ImmutableSortedDictionary.CreateBuilder<int, ProcessRecord>();
        foreach (var process in document.Processes)
        {
            Check(process is not null && process.Id > 0, "a process has no id");
            Check(process!.Id < document.NextId, $"process {process.Id} is not below nextId");
            Check(ProcessName.IsValid(process.Spec.Name), $"process {process.Id} has an invalid name");
            Check(process.Spec.Command.Arguments.Count > 0, $"process {process.Id} has no command");
            Check(process.Cookie.Length > 0, $"process {process.Id} has no cookie");
            Check(document.Environments.ContainsKey(process.Spec.Environment), $"process {process.Id} has no environment");
            Check(!process.LogName.Contains('/'), $"process {process.Id} has an invalid log name");
            Check(processes.TryAdd(process.Id, process), $"process {process.Id} is in it twice");
        }

        Check(processes.Values.DistinctBy(process => process.Spec.Name).Count() == processes.Count, "a name is in it twice");
        return new State
        {
            NextId = document.NextId,
            Processes = processes.ToImmutable(),
            Environments = document.Environments.ToImmutableDictionary(
                entry => entry.Key, entry => new EnvironmentBlock(entry.Value)),
        };
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
            throw new JsonException(otherwise);
    }
}

internal sealed record StateVersion(int Version);

/// <summary>The state was written by a newer version of Sentinel.</summary>
internal sealed class NewerStateException(int version) : Exception
{
    public int Version => version;
}
