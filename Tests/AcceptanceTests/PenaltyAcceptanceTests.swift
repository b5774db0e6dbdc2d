// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

// The folds of the digits take a second where C is optimised.
@Suite(.enabled(if: isRelease, "full sizes need optimised code"))
struct PenaltyAcceptanceTests {
  /// What LogisticRegressionCV chooses (Tests/golden/make-penalty.py).
  private struct Golden: Decodable {
    struct Choice: Decodable {
      let name: String
      let c: Double
      let losses: [Double]
    }
    let optima: [Choice]
  }

  @Test func thePenaltyOfTheDigitsIsThatOfScikitLearn() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("DataTests/Golden/penalties.json")
    let golden = try #require(
      JSONDecoder().decode(Golden.self, from: Data(contentsOf: file)).optima.first {
        $0.name == "digits"
      })
    let folder = try TemporaryFolder()
    let outcome = try BuiltCommand.run([
      "train", "digits", "--model", "linear", "--l2", "auto", "--json", "--quiet", "--output",
      folder.path("model.safetensors"),
    ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let result = try #require(try outcome.objects().last)
    let penalty = try #require(result["penalty"] as? [String: Any])
    #expect(try abs(#require(penalty["c"] as? Double) / golden.c - 1) < 1e-12)
    let path = try #require(penalty["path"] as? [[String: Any]])
    // The weakest penalties may be left out, where the log loss of every fold has risen twice.
    #expect(path.count >= 9)
    for (point, expected) in zip(path, golden.losses) {
      let loss = try #require(point["log_loss"] as? Double)
      #expect(abs(loss - expected) < 1e-3 * expected, "\(point)")
    }
    #expect(result["converged"] as? Bool == true)
  }
}
