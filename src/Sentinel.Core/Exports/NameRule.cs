using System.Text;

namespace Sentinel.Core.Exports;

/// <summary>What an engine accepts as a name: ASCII letters and digits, and some other characters between these.</summary>
/// <param name="Others">The characters that may stand between letters and digits.</param>
/// <param name="Most">How many characters a name may have.</param>
/// <param name="IsLower">Whether letters are small ones.</param>
/// <param name="BeginsWithLetter">Whether the first character is no digit.</param>
internal sealed record NameRule(string Others, int Most, bool IsLower, bool BeginsWithLetter = false)
{
    private const string Otherwise = "process";

    /// <summary>The name itself where it is accepted, or else one that is close to it and not taken yet.</summary>
    public string Of(string name, ISet<string> taken)
    {
        var close = Close(name);
        var free = close;
        for (var number = 2; !taken.Add(free); number++)
            free = $"{Cut(close, Most - $"-{number}".Length)}-{number}";
        return free;
    }

    private string Close(string name)
    {
        var text = new StringBuilder();
        foreach (var c in IsLower ? name.ToLowerInvariant() : name)
            if (char.IsAsciiLetterOrDigit(c) || Others.Contains(c))
                text.Append(c);
            else if (text is not [.., '-'])
                text.Append('-');
        var close = text.ToString().TrimStart([.. Others, '-']);
        if (BeginsWithLetter && close is [>= '0' and <= '9', ..])
            close = $"{Otherwise}-{close}";
        return Cut(close, Most) is { Length: > 0 } cut ? cut : Otherwise;
    }

    private string Cut(string name, int most) => name[..Math.Min(name.Length, most)].TrimEnd([.. Others, '-']);
}
