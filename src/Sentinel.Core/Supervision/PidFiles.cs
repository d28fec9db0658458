using System.Buffers.Text;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Finds the successor of a main process that has ended: the process that the pid file names, if it lives and is of the tree. A file
/// that is left from before, or that somebody forged, names nobody.
/// </summary>
public sealed class PidFiles(IRegularFiles files)
{
    // PostgreSQL writes more than the pid, on further lines.
    private const int MostBytes = 4096;

    /// <summary>What became of a run whose main process has ended.</summary>
    public ProcessEvent After(ProcessRecord record, ProcessEvent.Ended ended, Snapshot snapshot)
    {
        if (record is not { Spec.PidFile: { } file, State: RunState.Running } || snapshot.Table.IsPopulated(record.RunCookie) == false)
            return ended;
        var members = ProcessTrees.Find([TreeRoot.OfRun(record)], snapshot).GetValueOrDefault(record.Id) ?? [];
        if (members.Count == 0)
            return ended;
        var (pid, why) = Read(Path.Combine(record.Spec.WorkingDirectory, file));
        foreach (var member in members)
            if (member.Pid == pid)
                return new ProcessEvent.HandedOver(snapshot.Table.IdentityOf(member));
        return ended with { NoSuccessor = why ?? $"{file} names the process {pid}, which is not one of its own" };
    }

    // It may be another user's file: nothing in it but a number is ever shown.
    private (int Pid, string? Why) Read(string path)
    {
        try
        {
            return files.Read(path, MostBytes) is not { } content ? (0, $"there is no file {path}")
                : Parse(content) is { } pid ? (pid, null)
                : (0, $"{path} holds no pid");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, $"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>The number on the first line; null when there is something else.</summary>
    internal static int? Parse(ReadOnlySpan<byte> content)
    {
        var line = content.IndexOf((byte)'\n') is var end and >= 0 ? content[..end] : content;
        line = line.Trim(" \t\r"u8);
        return Utf8Parser.TryParse(line, out int pid, out var read) && read == line.Length && pid > 0 ? pid : null;
    }
}
