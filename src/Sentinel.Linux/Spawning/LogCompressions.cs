using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>Has processes of ours compress backups; see <see cref="Sentinel.Core.Logs.LogCompression"/>.</summary>
public static class LogCompressions
{
    /// <summary>The command that such a process executes; its argument is the log.</summary>
    public const string CommandName = "log-compress";

    // Of setpriority(2) and ioprio_set(2): the lowest, and no turn at a disk while others want one.
    private const int Lowest = 19;
    private const int Idle = 3 << 13;

    /// <summary>Nobody waits for it. What cannot be begun now is done with the next backup.</summary>
    /// <param name="warn">Told, in a sentence, what the user should know.</param>
    public static void Begin(string log, Action<string> warn)
    {
        try
        {
            using var nothing = LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
            OwnProcess.Begin(nothing, CommandName, log);
        }
        catch (Exception e) when (e is SpawnException or IOException)
        {
            warn($"the backups of {log} are not compressed for now: {e.Message}");
        }
    }

    /// <summary>Gives way to everybody.</summary>
    public static void GiveWay()
    {
        LibC.setpriority(0, 0, Lowest);
        LibC.ioprio_set(1, 0, Idle);
    }
}
