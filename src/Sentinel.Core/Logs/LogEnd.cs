using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Logs;

/// <summary>Where logs end, in bytes ever written to them, without opening them.</summary>
public static class LogEnd
{
    // A process that is killed in the middle of a rotation leaves it under way.
    private const int MostLooks = 100;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>Where the logs of a process end now.</summary>
    public static LogEnds Of(ProcessRecord record, SentinelHome home, IHomeFiles files) =>
        new(Of(home.StdoutOf(record), files), Of(home.StderrOf(record), files));

    /// <summary>Where a log ends now, without opening it; null when there is none.</summary>
    public static long? Of(string log, IHomeFiles files)
    {
        try
        {
            return Settled(log, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A log that cannot be read is no reason to fail.
            return null;
        }
    }

    private static long? Settled(string log, IHomeFiles files)
    {
        for (var look = 0; ; look++)
        {
            var journal = LogJournal.Read(log, files);
            if (files.LengthOf(log) is not { } length)
                return null;
            var end = LogHistory.PositionOf(length, journal.Removed);
            // Not between a cut and the note that it was made.
            if ((journal.Collapsing == 0 && LogJournal.Read(log, files).Generation == journal.Generation) || look == MostLooks)
                return end;
            Thread.Sleep(PollInterval);
        }
    }
}
