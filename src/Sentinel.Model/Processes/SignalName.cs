namespace Sentinel.Model.Processes;

/// <summary>The names of signals, as signal(7) numbers them on x86 and ARM.</summary>
public static class SignalName
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
        "PWR", "SYS",
    ];

    /// <summary>The names of all that have one, without <c>SIG</c>.</summary>
    public static IEnumerable<string> All => Names.Skip(1);

    /// <summary><c>SIGTERM</c> for 15; <c>SIG34</c> where there is no name.</summary>
    public static string Of(int number) => $"SIG{(number > 0 && number < Names.Length ? Names[number] : number)}";

    /// <summary>The same; where there is no such signal, a <see cref="FormatException"/> says so.</summary>
    public static int Read(string text) => Parse(text) ?? throw new FormatException($"there is no signal '{text}'; 'kill -l' lists all signals");

    /// <summary>The number of <c>TERM</c>, <c>sigterm</c>, <c>15</c> or <c>SIG34</c>; null when there is no such signal.</summary>
    public static int? Parse(string text)
    {
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        if (int.TryParse(name, out var number))
            return number is > 0 and <= 64 ? number : null;
        var index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index > 0 ? index : null;
    }
}
