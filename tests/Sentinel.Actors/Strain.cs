using System.Globalization;

namespace Sentinel.Actors;

/// <summary>
/// Makes whatever a command changes take long, as a slow disk would, and sets its clock as often as a file says so. A program asks
/// the kernel's vDSO for the time, not the kernel: it is told that there is none.
/// </summary>
/// <param name="clock">A file with so many seconds, eight bytes, by which the clock is wrong.</param>
internal sealed unsafe class Strain(string folder, string clock, TimeSpan delay) : Tracing(folder)
{
    private const int GetTime = 228; // clock_gettime
    private const ulong RealTime = 0;
    private const ulong VdsoAddress = 33, Ignored = 1; // AT_SYSINFO_EHDR, AT_IGNORE
    private const int PeekUser = 3, StackPointer = 19 * 8;

    private readonly Dictionary<int, ulong> _asking = [];

    public static int Run(string[] arguments) => new Strain(
        arguments[0], arguments[1], TimeSpan.FromMilliseconds(int.Parse(arguments[2], CultureInfo.InvariantCulture))).Run(arguments[3], arguments[4..]);

    // On its stack are the number of arguments, these, a zero, the environment, a zero, and then pairs that tell of the machine.
    protected override void Begins(int thread)
    {
        var place = (ulong)Libc.ptrace(PeekUser, thread, StackPointer, 0);
        place += (2 + Read<ulong>(thread, place)) * sizeof(ulong);
        while (Read<ulong>(thread, place) != 0)
            place += sizeof(ulong);
        for (place += sizeof(ulong); Read<ulong>(thread, place) is not 0 and var kind; place += 2 * sizeof(ulong))
            if (kind == VdsoAddress)
                Write(thread, place, Ignored);
    }

    protected override void Calls(int thread, Libc.SystemCall call)
    {
        if (call.Kind == Libc.SystemCall.Exit && _asking.Remove(thread, out var time))
            Write(thread, time, Read<long>(thread, time) + BitConverter.ToInt64(File.ReadAllBytes(clock)));
        else if (call.Kind == Libc.SystemCall.Entry && call is { Number: GetTime } && call.Arguments[0] == RealTime)
            _asking[thread] = call.Arguments[1];
        else if (call.Kind == Libc.SystemCall.Entry && Described(thread, call, canFail: true) is not null)
            Thread.Sleep(delay);
    }
}
