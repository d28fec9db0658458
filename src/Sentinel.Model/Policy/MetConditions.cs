using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>The watched conditions that a run has met; see <see cref="Condition.IsWatched"/>. Two with the same content are equal.</summary>
/// <param name="Texts">As <see cref="Condition.ToString"/> writes them.</param>
public sealed record MetConditions(IReadOnlyList<string> Texts)
{
    public static readonly MetConditions None = new([]);

    public bool Has(Condition condition) => Texts.Contains(condition.ToString());

    public MetConditions With(Condition condition) => Has(condition) ? this : new([.. Texts, condition.ToString()]);

    public bool Equals(MetConditions? other) => other is not null && Texts.SequenceEqual(other.Texts);

    public override int GetHashCode() => Texts.Count;
}
