using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>What was done to a log since it was made.</summary>
/// <param name="Bytes">Written to it, as far as is known.</param>
/// <param name="Rotations">How often it was rotated.</param>
public readonly record struct LogVolume(long Bytes, long Rotations)
{
    /// <summary>Null when there is no such log, or it cannot be read.</summary>
    public static LogVolume? Of(string log, IHomeFiles files)
    {
        if (LogEnd.Of(log, files) is not { } end)
            return null;
        try
        {
            // Read after the end, so that no leap is taken for bytes.
            var journal = LogJournal.Read(log, files);
            return new LogVolume(Math.Max(0, end - journal.Skipped), journal.Rotations);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
