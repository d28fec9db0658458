using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;

namespace Sentinel.Serve;

/// <summary>Why a request was not carried out, as RFC 9457 has it.</summary>
/// <param name="Code">For programs; see docs/api.md.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Hint">What to do; null: the sentence says it.</param>
/// <param name="Results">Those of the command, if it got that far: what was done, and what was not.</param>
internal sealed record Problem(int Status, string Code, string Detail, string? Hint = null, JsonElement? Results = null)
{
    public const string MediaType = "application/problem+json";

    public static Problem Of(FailureCode code, string detail, JsonElement? results = null) => new(StatusOf(code), code.Word(), detail, Results: results);

    public byte[] ToJson() => JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WriteString("type", $"https://datatracker.ietf.org/doc/html/rfc9110#status.{Status}");
        json.WriteString("title", Code);
        json.WriteNumber("status", Status);
        json.WriteString("detail", Detail);
        json.WriteString("code", Code);
        json.WriteOrNull("hint", Hint);
        if (Results is { } results)
            json.WriteOrNull("results", results);
    });

    private static int StatusOf(FailureCode code) => code switch
    {
        FailureCode.NotFound => StatusCodes.Status404NotFound,
        FailureCode.NotUnderstood => StatusCodes.Status400BadRequest,
        FailureCode.OtherProtocol => StatusCodes.Status502BadGateway,
        FailureCode.Fault => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status409Conflict,
    };
}
