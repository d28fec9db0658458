using System.Globalization;

namespace Sentinel.Linux.Native;

/// <summary>Which of root's rights we have; see capabilities(7).</summary>
internal readonly record struct Rights(ulong Effective)
{
    // Only rights in the first user namespace count: in another, what looks like root has none of them.
    private const string FirstUserNamespace = "0 0 4294967295";
    private const string Field = "CapEff:";

    public static readonly Lazy<Rights> Own = new(Read);

    public bool Has(int capability) => (Effective & (1ul << capability)) != 0;

    private static Rights Read()
    {
        var map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (string.Join(' ', map) != FirstUserNamespace)
            return default;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return ulong.TryParse(line?[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits) ? new Rights(bits) : default;
    }
}
