using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>Compresses backups in processes of our own; see <see cref="Sentinel.Core.Logs.LogCompression"/>.</summary>
public static class LogCompressions
{
    /// <summary>The command that such a process executes; its argument is the log.</summary>
    public const string CommandName = "log-compress";

    // For setpriority(2) and ioprio_set(2): the lowest priority, and no turn at the disk while others want one.
    private const int Lowest = 19;
    private const int Idle = 3 << 13;

    /// <summary>Nobody waits for it. If it cannot start now, it is done with the next backup.</summary>
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

    /// <summary>Gives way to all other processes.</summary>
    public static void GiveWay()
    {
        LibC.setpriority(0, 0, Lowest);
        LibC.ioprio_set(1, 0, Idle);
    }
}
