namespace Sentinel.Linux.Native;

/// <summary>A scheduling policy and its priority in one number; see sched(7).</summary>
internal static class Scheduling
{
    private const int Fifo = 1, RoundRobin = 2, Deadline = 6;
    private const int PolicyBits = 0xff;

    public static int Policy(int policy, int priority) => (policy & PolicyBits) is var plain && plain == Deadline ? 0 : plain | (priority << 8);

    public static int PolicyOf(int policy) => policy & PolicyBits;

    public static int PriorityOf(int policy) => policy >> 8;

    public static bool IsRealtime(int policy) => PolicyOf(policy) is Fifo or RoundRobin;
}
