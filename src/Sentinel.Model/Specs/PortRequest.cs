using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>A port to lease for a process for as long as the process is registered.</summary>
/// <param name="Name">What the port is for, in the user's words; see <see cref="ProcessName"/>.</param>
/// <param name="Variable">The environment variable that holds its number.</param>
/// <param name="Number">1 to 65535; null: any that is free.</param>
/// <param name="OrNext">Whether the next one that is free will do as well.</param>
public sealed record PortRequest(string Name, string Variable, int? Number = null, bool OrNext = false)
{
    public const string DefaultVariable = "PORT";

    /// <summary>The name of a port that is asked for by its number alone.</summary>
    public const string DefaultName = "port";

    /// <summary>Whether only one port will do.</summary>
    public bool IsSingle => Number is not null && !OrNext;

    /// <summary>Whether a port is one that is asked for.</summary>
    public bool Allows(int port) => Number is not { } number || port == number || (OrNext && port > number);

    /// <summary>Parses <c>NAME</c>, <c>NUMBER</c> or <c>NAME:NUMBER</c>, a number with <c>+</c> or without, and all that with <c>=VARIABLE</c> or without.</summary>
    /// <exception cref="FormatException">The name, the number or the variable is not valid.</exception>
    public static PortRequest Parse(string text)
    {
        var end = text.IndexOf('=');
        var (port, variable) = end < 0 ? (text, DefaultVariable) : (text[..end], text[(end + 1)..]);
        var colon = port.LastIndexOf(':');
        var digits = port[(colon + 1)..].TrimEnd('+');
        var isNumber = digits.Length > 0 && digits.All(char.IsAsciiDigit) && port.Length - colon - 1 - digits.Length <= 1;
        var name = !isNumber ? port : colon < 0 ? DefaultName : port[..colon];
        if (!ProcessName.IsValid(name))
            throw new FormatException($"'{name}' cannot be the name of a port: {ProcessName.Rule}");
        Specs.Variable.Check(variable);
        return new PortRequest(name, variable, isNumber ? NumberIn(digits) : null, isNumber && port.EndsWith('+'));
    }

    public override string ToString()
    {
        var number = $"{Number}{(OrNext ? "+" : "")}";
        var port = Number is null ? Name : Name == DefaultName ? number : $"{Name}:{number}";
        return Variable == DefaultVariable ? port : $"{port}={Variable}";
    }

    private static int NumberIn(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= PortLease.Lowest and <= PortLease.Highest
            ? number
            : throw new FormatException($"--port takes a number from {PortLease.Lowest} to {PortLease.Highest}, not '{digits}'");
}
