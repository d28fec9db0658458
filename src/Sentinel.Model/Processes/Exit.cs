namespace Sentinel.Model.Processes;

/// <summary>How a run of a process ended.</summary>
public abstract record Exit
{
    private Exit()
    {
    }

    public sealed record Code(int Value) : Exit
    {
        public override string ToString() => $"exited with code {Value}";
    }

    /// <param name="OutOfMemory">Whether the kernel sent it because memory ran out.</param>
    public sealed record Signal(int Number, bool CoreDumped, bool OutOfMemory = false) : Exit
    {
        public override string ToString() =>
            $"killed by {SignalName.Of(Number)}{(CoreDumped ? ", core dumped" : "")}{(OutOfMemory ? ", out of memory" : "")}";
    }

    /// <summary>It ended, and nobody could learn how.</summary>
    public sealed record Unknown(string Why) : Exit
    {
        public override string ToString() => $"unknown ({Why})";
    }

    /// <summary>The program could not be executed at all.</summary>
    public sealed record NotStarted(string Why) : Exit
    {
        public override string ToString() => $"could not be started: {Why}";
    }

    /// <summary>Reads the status that wait(2) and field 52 of /proc/PID/stat give.</summary>
    public static Exit FromWaitStatus(int status) =>
        (status & 0x7f) is var signal and not 0 ? new Signal(signal, (status & 0x80) != 0) : new Code((status >> 8) & 0xff);
}
